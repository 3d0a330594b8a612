"""`python -m bench`: run every bench and print what came of it."""

from __future__ import annotations

import argparse

from bench import (
    billing,
    doors,
    forwarding_line,
    intake,
    labels,
    mail,
    papers,
    simulated_calls,
    usage,
    webhooks,
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=webhooks.ROUNDS)
    parser.add_argument("--requests", type=int, default=webhooks.REQUESTS_A_ROUND, help="in each round")
    parser.add_argument("--webhooks-only", action="store_true", help="leave out calls and usage")
    parser.add_argument("--usage-only", action="store_true", help="only the month of many legs")
    parser.add_argument("--papers-only", action="store_true", help="only invoices as PDF")
    parser.add_argument("--papers", type=int, default=papers.PAPERS, help="how many of them")
    parser.add_argument("--legs", type=int, default=usage.LEGS, help="of that month")
    parser.add_argument("--billing", action="store_true", help="only a month's run of invoices")
    parser.add_argument("--members", type=int, default=billing.MEMBERS, help="of that run")
    parser.add_argument("--calls", type=int, default=billing.CALLS, help="of that run")
    parser.add_argument("--labels", action="store_true", help="only the reading of printed labels")
    parser.add_argument(
        "--many-labels", type=int, default=labels.LABELS, help="of them, half in each set of fonts"
    )
    parser.add_argument("--mail", action="store_true", help="only the search of mail, and taking it in")
    parser.add_argument("--items", type=int, default=mail.ITEMS, help="of that mail")
    parser.add_argument("--intakes", type=int, default=intake.INTAKES, help="how many are taken in; 0: none")
    parser.add_argument("--doors", action="store_true", help="only decisions at doors")
    parser.add_argument("--door-members", type=int, default=doors.MEMBERS, help="of that place")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.requests < webhooks.LEAST_REQUESTS_A_ROUND:
        parser.error(f"at least 1 round of {webhooks.LEAST_REQUESTS_A_ROUND} requests")
    if arguments.labels:
        labels.print_labels(arguments.many_labels)
        return
    if arguments.papers_only:
        print_papers(arguments.papers)
        return
    if arguments.doors:
        print_doors(arguments.door_members, doors.decide(arguments.door_members))
        return
    if arguments.billing:
        print_billing(billing.bill(arguments.members, arguments.calls))
        return
    if arguments.mail:
        print_mail(arguments.items)
        if arguments.intakes:
            print_intakes(intake.intake(arguments.intakes))
        return
    if arguments.usage_only:
        print_usage(arguments.legs)
        return
    with forwarding_line.contestants() as contestants:
        print_webhooks(
            webhooks.compare(
                (*webhooks.CONTESTANTS, *contestants), rounds=arguments.rounds, requests=arguments.requests
            )
        )
    if not arguments.webhooks_only:
        print_simulated(
            *(simulated_calls.simulate(calls) for calls in (simulated_calls.FEW, simulated_calls.MANY))
        )
        print_usage(arguments.legs)
        print_papers(arguments.papers)


def print_papers(many: int) -> None:
    typesetting = papers.typeset_many(many)
    print()
    print(f"Invoices as PDF, {typesetting.papers:,} of them")
    print(
        f"{typesetting.invoices_per_second:.0f} a second, "
        f"{typesetting.invoices_per_second / typesetting.words_per_second:.2f} of a page of one word"
    )


def print_simulated(few: simulated_calls.Simulated, many: simulated_calls.Simulated) -> None:
    print()
    print("Forwarded calls in a scenario, start and end of the process included")
    print(f"{'calls':>8} {'seconds':>9} {'calls/s':>9} {'peak MiB':>9}")
    for run in (few, many):
        print(f"{run.calls:8,} {run.wall_seconds:9.1f} {run.calls_per_second:9.0f} {run.peak_mib:9.0f}")
    print(f"peak memory at {many.calls:,} is {many.peak_mib / few.peak_mib:.2f} × that at {few.calls:,}")


def print_usage(legs: int) -> None:
    with usage.loaded(legs) as month:
        print()
        print(
            f"A month of {month.legs:,} legs, loaded in {month.load_seconds:.0f} s; medians of {usage.ROUNDS}"
        )
        print(f"{'question':32} {'ms':>8} {'limit':>6} {'answer':>12}")
        for asked in usage.ask(month):
            limit = f"{asked.limit_ms:,}" if asked.limit_ms else "-"
            print(f"{asked.name:32} {asked.milliseconds:8.1f} {limit:>6} {asked.rows:12,}")


def print_mail(items: int) -> None:
    print()
    print(f"{items:,} items of mail; medians of {mail.ROUNDS}, the limit is {mail.LIMIT_MS} ms")
    for asked in mail.search(items):
        print(f"{asked.name:34} {asked.milliseconds:8.1f} ms {asked.items:4}")


def print_intakes(done: intake.Intakes) -> None:
    print()
    print(f"Taking in {done.many} items, from the photo to the mail; the limit is {intake.LIMIT_SECONDS} s")
    print(f"median {done.median_seconds:.2f} s, slowest {done.slowest_seconds:.2f} s")
    print(
        f"{done.cpu_seconds:.2f} s of the processors, {done.ratio:.0f} × decoding and encoding the photo once"
    )
    print(f"{done.right} suggested rightly, {done.mailed} mails")


def print_doors(members: int, timed: list[doors.Timed]) -> None:
    print()
    print(f"Letting somebody in, {members:,} members, {doors.ATTEMPTS:,} transactions each; ms")
    print(f"{'transaction':14} {'median':>8} {'p99':>8} {'limit':>6} {'let in':>8}")
    for one in timed:
        print(f"{one.name:14} {one.median_ms:8.2f} {one.p99_ms:8.2f} {doors.LIMIT_MS:6} {one.let_in:8,}")


def print_billing(billed: billing.Billed) -> None:
    print()
    print(
        f"Invoices of {billed.members:,} members with {billed.calls:,} calls, loaded in {billed.load_seconds:.0f} s"
    )
    print(
        f"issued {billed.invoices:,} in {billed.issue_seconds:.1f} s: {billed.invoices / billed.issue_seconds:.0f}/s"
    )
    print(f"with their letters {billed.all_seconds:.1f} s")
    per_invoice = billed.issue_seconds / max(billed.invoices, 1) * 1000
    print(
        f"{per_invoice:.2f} ms an invoice, {billed.issue_seconds / billed.aggregate_seconds:.1f} × one SQL aggregate"
    )
    print(
        f"peak memory {billed.before_mib:.0f} MiB before, {billed.after_mib:.0f} MiB after; {billed.faults} faults"
    )


def print_webhooks(results: list[webhooks.Result]) -> None:
    print(
        f"CPU per request against {results[0].name}: one worker, {webhooks.CONNECTIONS} connections, medians"
    )
    print(f"{'endpoint':32} {'requests/s':>11} {'CPU µs':>8} {'ratio':>6} {'p99 ms':>8} {'at half load':>13}")
    for result in results:
        print(
            f"{result.name:32} {result.requests_per_second:11,.0f} {result.cpu_us_per_request:8.0f}"
            f" {result.ratio:6.2f} {result.p99_ms:8.1f} {result.half_load_p99_ms:13.1f}"
        )


if __name__ == "__main__":
    main()
