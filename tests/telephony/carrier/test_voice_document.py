"""Our voice documents are the SDK's, compared as canonical XML; text from people cannot break out of them."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.twiml.voice_response import Gather, VoiceResponse

from telephony.carrier import voice_document
from telephony.carrier.voice_document import (
    DOCUMENT_LIMIT_BYTES,
    NOUN_LIMIT,
    TEXT_LIMIT,
    Event,
    Language,
    Noun,
    Verb,
    dial,
    document,
    gather,
    hangup,
    number,
    pause,
    play,
    record,
    redirect,
    reject,
    say,
    sip,
)

speakable = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n"
    ),
    max_size=30,
)
urls = st.one_of(st.sampled_from(["https://tel.example.jp/voice?a=1&b=2", "/next", "x?<>&\"'"]), speakable)
seconds = st.integers(1, 600)
languages: st.SearchStrategy[Language] = st.sampled_from(["ja-JP", "en-US"])
voices = st.sampled_from([None, "Polly.Mizuki", "Polly.Takumi-Neural", 'a"b'])
loops = st.sampled_from([None, 0, 1, 3])
events: st.SearchStrategy[list[Event]] = st.lists(
    st.sampled_from(["initiated", "ringing", "answered", "completed"]), unique=True
)


def canonical(xml: str) -> str:
    return ElementTree.canonicalize(xml)


@st.composite
def prompts(draw: st.DrawFn, theirs: Any) -> Verb:
    """A Say, Play or Pause; the same is added to the SDK's element `theirs`."""
    which = draw(st.sampled_from(["say", "play", "pause"]))
    if which == "say":
        text, language, voice, loop = draw(speakable), draw(languages), draw(voices), draw(loops)
        theirs.say(text, language=language, voice=voice, loop=loop)
        return say(text, language=language, voice=voice, loop=loop)
    if which == "play":
        url, loop = draw(urls), draw(loops)
        theirs.play(url, loop=loop)
        return play(url, loop=loop)
    length = draw(seconds)
    theirs.pause(length=length)
    return pause(length)


@st.composite
def gathers(draw: st.DrawFn, theirs: Any) -> Verb:
    action, digits, key = draw(urls), draw(st.none() | seconds), draw(st.sampled_from([None, "", "#", "*"]))
    timeout, empty = draw(seconds), draw(st.booleans())
    inner = Gather(
        input="dtmf",
        action=action,
        method="POST",
        timeout=timeout,
        num_digits=digits,
        finish_on_key=key,
        action_on_empty_result=True if empty else None,
    )
    children = [draw(prompts(inner)) for _ in range(draw(st.integers(0, 3)))]
    theirs.append(inner)
    return gather(
        *children,
        action=action,
        digits=digits,
        finish_key=key,
        timeout_seconds=timeout,
        action_without_digits=empty,
    )


@st.composite
def dials(draw: st.DrawFn, theirs: Any) -> Verb:
    action, caller_id = draw(urls), draw(st.sampled_from([None, "+81451234567"]))
    ring, longest, sequential, bridge = draw(seconds), draw(seconds), draw(st.booleans()), draw(st.booleans())
    element = theirs.dial(
        action=action,
        method="POST",
        timeout=ring,
        time_limit=longest,
        caller_id=caller_id,
        sequential=True if sequential else None,
        answer_on_bridge=True if bridge else None,
    )
    nouns: list[Noun] = []
    for _ in range(draw(st.integers(1, 4))):
        url, status_url, named = draw(st.none() | urls), draw(st.none() | urls), draw(events)
        options = {
            "url": url,
            "method": None if url is None else "POST",
            "status_callback": status_url,
            "status_callback_method": None if status_url is None else "POST",
            "status_callback_event": " ".join(named) or None,
        }
        if draw(st.booleans()):
            element.number("+819012345678", **options)
            nouns.append(number("+819012345678", url=url, status_url=status_url, status_events=named))
        else:
            address = draw(st.sampled_from(["sip:desk@sip.example.jp", "sip:a&b@h"]))
            element.sip(address, **options)
            nouns.append(sip(address, url=url, status_url=status_url, status_events=named))
    return dial(
        *nouns,
        action=action,
        caller_id=caller_id,
        ring_seconds=ring,
        longest_seconds=longest,
        sequential=sequential,
        answer_on_bridge=bridge,
    )


@st.composite
def records(draw: st.DrawFn, theirs: Any) -> Verb:
    action, longest, silence = draw(urls), draw(seconds), draw(st.none() | seconds)
    key, beep, status_url = draw(st.sampled_from([None, "#"])), draw(st.booleans()), draw(st.none() | urls)
    theirs.record(
        action=action,
        method="POST",
        max_length=longest,
        timeout=silence,
        finish_on_key=key,
        play_beep=None if beep else False,
        recording_status_callback=status_url,
        recording_status_callback_method=None if status_url is None else "POST",
    )
    return record(
        action=action,
        longest_seconds=longest,
        silence_seconds=silence,
        finish_key=key,
        beep=beep,
        status_url=status_url,
    )


@st.composite
def simple(draw: st.DrawFn, theirs: Any) -> Verb:
    which = draw(st.sampled_from(["hangup", "reject", "busy", "redirect"]))
    if which == "redirect":
        url = draw(urls)
        theirs.redirect(url, method="POST")
        return redirect(url)
    if which == "hangup":
        theirs.hangup()
        return hangup()
    theirs.reject(reason="busy" if which == "busy" else "rejected")
    return reject("busy") if which == "busy" else reject()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_documents_equal_the_sdk(data: st.DataObject) -> None:
    theirs = VoiceResponse()
    kinds = data.draw(st.lists(st.sampled_from([prompts, gathers, dials, records, simple]), max_size=4))
    ours = document(*[data.draw(kind(theirs)) for kind in kinds])
    assert canonical(ours.decode()) == canonical(str(theirs))


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_spoken_as_it_is_but_for_control_characters(text: str) -> None:
    root = ElementTree.fromstring(document(say(text, language="ja-JP"), play(text)))
    kept = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "", text)
    assert [child.tag for child in root] == ["Say", "Play"]
    assert [child.text or "" for child in root] == [kept, kept]


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_any_value_stays_within_its_attribute(value: str) -> None:
    root = ElementTree.fromstring(document(gather(action=value), record(action=value, longest_seconds=1)))
    assert [child.tag for child in root] == ["Gather", "Record"]
    kept = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "", value)
    assert [child.get("action") for child in root] == [kept, kept]


def test_a_document_as_it_is_sent() -> None:
    sent = document(
        say("お待ちください。", language="ja-JP"),
        dial(number("+819012345678"), action="/n?a=1&b=2", ring_seconds=20, longest_seconds=3600),
        hangup(),
    )
    assert sent.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say language="ja-JP">お待ちください。</Say>'
        '<Dial action="/n?a=1&amp;b=2" method="POST" timeLimit="3600" timeout="20" answerOnBridge="true">'
        "<Number>+819012345678</Number></Dial><Hangup /></Response>"
    )


def test_an_empty_document() -> None:
    assert canonical(document().decode()) == canonical(str(VoiceResponse()))


def test_limits() -> None:
    say("あ" * TEXT_LIMIT, language="ja-JP")
    with pytest.raises(ValueError, match="4097 characters"):
        say("あ" * (TEXT_LIMIT + 1), language="ja-JP")
    eleven = [number("+819012345678")] * (NOUN_LIMIT + 1)
    dial(*eleven[1:], action="/n", ring_seconds=1, longest_seconds=1)
    with pytest.raises(ValueError, match="11 destinations"):
        dial(*eleven, action="/n", ring_seconds=1, longest_seconds=1)
    with pytest.raises(ValueError, match="0 destinations"):
        dial(action="/n", ring_seconds=1, longest_seconds=1)
    for ring_seconds, longest_seconds in [(0, 1), (601, 1), (1, 0), (1, 86401)]:
        with pytest.raises(ValueError, match="out of range"):
            dial(eleven[0], action="/n", ring_seconds=ring_seconds, longest_seconds=longest_seconds)
    with pytest.raises(ValueError, match=str(DOCUMENT_LIMIT_BYTES)):
        document(*[play("x" * 9000)] * 8)


def test_the_front_door_hands_out_the_module() -> None:
    assert voice_document.document is document
