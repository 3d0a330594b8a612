from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.imports.reading import LARGEST_FILE
from app.imports.running import Outcome, Report, ReportedLine
from coworking.kit.errors import Language

LONGEST_BASE64 = LARGEST_FILE * 4 // 3 + 4


class ImportBody(BaseModel):
    """The file is given in one of `csv` and `file`."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["members", "contracts", "open-items", "deposits"] = Field(examples=["members"])
    csv: Annotated[str, StringConstraints(max_length=LARGEST_FILE)] | None = Field(
        default=None,
        description="The text of the file.",
        examples=["reference,kind,name,email,plan,starts_on,charged_from\n"],
    )
    file: Annotated[str, StringConstraints(max_length=LONGEST_BASE64)] | None = Field(
        default=None,
        description="The file as it is, in Base64: UTF-8 with or without a byte order mark, or Shift_JIS.",
    )
    dry_run: bool = Field(default=True, description="Only say what would become of each line.")


class ReportedLineAnswer(BaseModel):
    line: int = Field(description="Of the file, counted from 1, the header's.")
    outcome: Outcome = Field(description="same: it was taken over before.")
    reference: str | None
    code: str | None = Field(description="Of the reason of a refusal; stable.")
    sentence: str | None = Field(description="What is wrong and what to do, in the reader's language.")

    @classmethod
    def of(cls, line: ReportedLine, language: Language) -> ReportedLineAnswer:
        return cls(
            line=line.line,
            outcome=line.outcome,
            reference=line.reference,
            code=line.error.code if line.error else None,
            sentence=line.error.sentence(language) if line.error else None,
        )


class ImportAnswer(BaseModel):
    kind: str
    applied: bool = Field(description="False after a dry run, and where a line was refused.")
    new: int
    same: int
    refused: int
    lines: Sequence[ReportedLineAnswer]

    @classmethod
    def of(cls, report: Report, language: Language) -> ImportAnswer:
        return cls(
            kind=report.kind,
            applied=report.applied,
            new=report.count("new"),
            same=report.count("same"),
            refused=report.count("refused"),
            lines=[ReportedLineAnswer.of(line, language) for line in report.lines],
        )
