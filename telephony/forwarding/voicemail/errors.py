from coworking.kit.errors import UserError


class RecordingNotReady(UserError):
    code = "recording-not-ready"
    status = 409
    ja = "この録音はまだ聞けません。少し待ってからもう一度お試しください。"
    en = "This recording cannot be heard yet. Wait a moment and try again."


class RecordingLost(UserError):
    code = "recording-lost"
    status = 410
    ja = "この録音は取得できませんでした。発信者にお電話ください。"
    en = "This recording could not be fetched. Please call the caller back."


class PartNotThere(UserError):
    code = "part-not-there"
    status = 416
    ja = "録音のこの部分はありません。最初から再生してください。"
    en = "The recording has no such part. Play it from the beginning."


class SoundNotUnderstood(UserError):
    code = "sound-not-understood"
    ja = "この音声は使えません。WAV形式（PCM、8または16ビット）の音声ファイルを選んでください。"
    en = "This sound cannot be used. Choose a WAV file (PCM, 8 or 16 bits)."


class SoundIsMp3(UserError):
    code = "sound-is-mp3"
    ja = "MP3は使えません。WAV形式で保存し直した音声ファイルを選んでください。"
    en = "MP3 cannot be used. Save the sound as a WAV file and choose that."


class SoundTooLarge(UserError):
    code = "sound-too-large"
    ja = "音声ファイルが大きすぎます。{most_bytes}バイトまでのファイルを選んでください。"
    en = "The sound is too large. Choose a file of at most {most_bytes} bytes."


class SoundTooLong(UserError):
    code = "sound-too-long"
    ja = "音声が長すぎます。{most_seconds}秒までの音声を選んでください。"
    en = "The sound is too long. Choose one of at most {most_seconds} seconds."


class WordsNotSpeakable(UserError):
    code = "words-not-speakable"
    ja = "案内の言葉を1文字から{most}文字で入力してください。改行は使えません。"
    en = "Enter 1 to {most} characters to be spoken, without line breaks."
