"""News, contents, lists of companies and the versions of the terms over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from coworking.kit.listing import AText, Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership.access import SignedIn, Staff, Visit
from coworking.membership.community.directory import MOST_ROWS, companies_csv, member_companies, supporters
from coworking.membership.community.models import MemberContent, NewsItem
from coworking.membership.community.preferences import require_standing
from coworking.membership.community.publications import (
    Writing,
    get_content,
    list_contents,
    list_news,
    publish_content,
    publish_news,
    withdraw_content,
    withdraw_news,
)
from coworking.membership.community.published_terms import (
    MemberTerms,
    TermsEdition,
    accept_terms,
    publish_terms,
    terms_of_member,
)
from coworking.membership.community.schemas import (
    AcceptanceBody,
    CompanyAnswer,
    ContentAnswer,
    ContentBody,
    ContentTitleAnswer,
    InBothAnswer,
    MemberTermsAnswer,
    NewsAnswer,
    SupporterAnswer,
    TermsBody,
    TermsEditionAnswer,
    WritingBody,
)
from coworking.membership.models import Company, Member
from coworking.membership.passing_by import Anybody
from coworking.membership.rules import MemberRules, RulesOfMembers

router = APIRouter(prefix="/api")

NewsListing = Annotated[
    Listing, Depends(listing_of(span=NewsItem.published_at, published_at=NewsItem.published_at))
]
CompanyListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Member.starts_on,
            equal={"plan": (Member.plan, AText)},
            name=Company.name,
            starts_on=Member.starts_on,
        )
    ),
]
ContentListing = Annotated[
    Listing, Depends(listing_of(span=MemberContent.published_at, published_at=MemberContent.published_at))
]


@router.post("/news", status_code=201, tags=["community"], summary="Publish a piece of news")
def post_news(body: WritingBody, visit: Staff) -> NewsAnswer:
    """On the public list at once."""
    writing = Writing(body.title.text(), body.body.text())
    item = publish_news(
        visit.session, writing, operator_id=visit.operator_id, actor=visit.actor.reference, now=visit.now
    )
    return NewsAnswer.of(item)


@router.delete("/news/{news_id}", status_code=204, tags=["community"], summary="Withdraw a piece of news")
def delete_news(news_id: int, visit: Staff) -> None:
    withdraw_news(visit.session, news_id, actor=visit.actor.reference, now=visit.now)


@router.get("/published/{operator}/news", tags=["published"], summary="The list of news")
def get_news(
    passage: Anybody, listing: NewsListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[NewsAnswer]:
    found = list_news(passage.session, after_id=after, limit=limit, listing=listing)
    return page(found, limit, NewsAnswer.of, lambda item: item.id)


@router.get("/published/{operator}/supporters", tags=["published"], summary="The list of supporters")
def get_supporters(
    passage: Anybody, listing: CompanyListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[SupporterAnswer]:
    found = supporters(passage.session, passage.rules.profile, after_id=after, limit=limit, listing=listing)
    return page(found, limit, SupporterAnswer.model_validate, lambda company: company.member_id)


@router.get("/member-companies", tags=["community"], summary="The list of member companies")
def get_companies(
    visit: SignedIn, listing: CompanyListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[CompanyAnswer]:
    """Empty for members whose operator does not show it to them."""
    _require_member(visit)
    found = member_companies(
        visit.session,
        _rules(visit).profile,
        by_staff=visit.actor.is_staff,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    return page(found, limit, CompanyAnswer.model_validate, lambda company: company.member_id)


@router.get(
    "/member-companies/file",
    tags=["community"],
    summary="The list of member companies as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "UTF-8 with a byte order mark."}},
)
def get_companies_file(visit: SignedIn) -> Response:
    _require_member(visit)
    companies = member_companies(
        visit.session, _rules(visit).profile, by_staff=visit.actor.is_staff, after_id=0, limit=MOST_ROWS
    )
    return Response(
        companies_csv(companies, visit.actor.language),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="member-companies.csv"'},
    )


@router.post("/contents", status_code=201, tags=["community"], summary="Publish contents for members only")
def post_content(body: ContentBody, visit: Staff) -> ContentAnswer:
    item = publish_content(
        visit.session,
        body.kind,
        Writing(body.title.text(), body.body.text()),
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _content(item)


@router.get(
    "/contents", tags=["community"], summary="Contents for members only, supporters' benefits among them"
)
def get_contents(
    visit: SignedIn,
    listing: ContentListing,
    kind: Literal["content", "supporter-benefit"] | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[ContentTitleAnswer]:
    _require_member(visit)
    found = list_contents(visit.session, kind=kind, after_id=after, limit=limit, listing=listing)
    return page(found, limit, _content_title, lambda item: item.id)


@router.get("/contents/{content_id}", tags=["community"], summary="One of the contents")
def get_one_content(content_id: int, visit: SignedIn) -> ContentAnswer:
    _require_member(visit)
    return _content(get_content(visit.session, content_id))


@router.delete("/contents/{content_id}", status_code=204, tags=["community"], summary="Withdraw contents")
def delete_content(content_id: int, visit: Staff) -> None:
    withdraw_content(visit.session, content_id, actor=visit.actor.reference, now=visit.now)


@router.post("/terms", status_code=201, tags=["community"], summary="Publish a version of the terms")
def post_terms(body: TermsBody, visit: Staff) -> TermsEditionAnswer:
    """It is announced to every member now, and binds from its date."""
    rules = _rules(visit)
    edition = publish_terms(
        visit.session,
        rules.profile,
        TermsEdition(body.version, body.valid_from, body.changes.text()),
        today=rules.calendar.local_date(visit.now),
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return TermsEditionAnswer.model_validate(edition)


@router.get(
    "/members/{member_id}/terms",
    tags=["members"],
    summary="Which terms bind a member, and which were accepted",
)
def get_member_terms(member_id: int, visit: SignedIn) -> list[MemberTermsAnswer]:
    """From the oldest version to the newest."""
    visit.require_member(member_id)
    rules = _rules(visit)
    today = rules.calendar.local_date(visit.now)
    return [_terms(one) for one in terms_of_member(visit.session, rules.profile, member_id, today)]


@router.post("/members/{member_id}/terms", tags=["members"], summary="Accept a version of the terms")
def post_acceptance(member_id: int, body: AcceptanceBody, visit: SignedIn) -> list[MemberTermsAnswer]:
    visit.require_member(member_id)
    accept_terms(
        visit.session,
        _rules(visit).profile,
        member_id,
        body.version,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return get_member_terms(member_id, visit)


def _require_member(visit: Visit) -> None:
    """What is for members is not for those who are none yet, or no more."""
    member_id = visit.own_member_id()
    if member_id is not None:
        require_standing(visit.session, member_id)


def _rules(visit: Visit) -> MemberRules:
    return visit.resources[RulesOfMembers][visit.operator_id]


def _content_title(item: MemberContent) -> ContentTitleAnswer:
    return ContentTitleAnswer(
        id=item.id,
        kind=item.kind,
        title=InBothAnswer(ja=item.title_ja, en=item.title_en),
        published_at=item.published_at,
    )


def _content(item: MemberContent) -> ContentAnswer:
    return ContentAnswer(
        **_content_title(item).model_dump(), body=InBothAnswer(ja=item.body_ja, en=item.body_en)
    )


def _terms(one: MemberTerms) -> MemberTermsAnswer:
    edition = one.edition
    return MemberTermsAnswer(
        version=edition.version,
        valid_from=edition.valid_from,
        changes=InBothAnswer.model_validate(edition.changes),
        announced_at=edition.announced_at,
        is_binding=one.is_binding,
        accepted_at=one.accepted_at,
    )
