from coworking.kit.errors import UserError


class PictureTaken(UserError):
    code = "picture-taken"
    status = 409
    ja = "この写真はほかの郵便物に使われています。写真を撮り直してください。"
    en = "This picture belongs to another item. Take another one."


class TooManyPictures(UserError):
    code = "too-many-pictures"
    status = 409
    ja = "写真は1件につき{most}枚までです。"
    en = "An item has at most {most} pictures."


class TooManyPages(UserError):
    code = "too-many-pages"
    status = 409
    ja = "スキャンは{most}ページまでです。ここまでの分を先に仕上げてください。"
    en = "A scan has at most {most} pages. Finish what there is first."


class PdfNotReadable(UserError):
    code = "pdf-not-readable"
    ja = "PDFとして読めません。パスワードを外すか、ページの写真を送ってください。"
    en = "This PDF cannot be read. Take its password off, or send pictures of the pages."


class NothingScanned(UserError):
    code = "nothing-scanned"
    status = 409
    ja = "スキャンしたページがありません。先にページの画像を送ってください。"
    en = "No page has been scanned. Send the pages first."


class ScanNotReady(UserError):
    code = "scan-not-ready"
    status = 409
    ja = "PDFを作成しています。少し待ってからもう一度開いてください。"
    en = "The PDF is being made. Wait a moment and open it again."
