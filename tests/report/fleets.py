"""Fleets as values, of any size: what a report on them is made of, drawn by a seed."""

import random
from datetime import date, timedelta
from pathlib import PurePosixPath

from scaffold.answers.pause import Pause
from scaffold.fleet.campaign import telling
from scaffold.fleet.campaign.policy import Halt, Policy, Share, Wave
from scaffold.fleet.journal import Record
from scaffold.fleet.states import states_of
from scaffold.guard.finding import Finding
from scaffold.guard.rule import Rule
from scaffold.guard.verdict import Verdict, score, summary
from scaffold.guard.waivers import Stood, Waiver
from scaffold.plan.drift import Drift
from scaffold.plan.fleet import Aim, FleetPlan, Group, Result
from scaffold.report.checked import Checked
from scaffold.report.fleet import history
from scaffold.report.fleet.guarded import FleetChecked, Guarded
from scaffold.report.fleet.standing import FleetStatus, Score, Standing
from scaffold.report.fleet.whole import Carried, FleetReport
from scaffold.report.standing import Status

DAY = date(2027, 1, 15)
MIDNIGHT = (DAY - date(1970, 1, 1)).days * 86_400.0
VERSIONS = {
    "python-http-service": ("1.0.0", "1.1.0", "1.2.0", "2.0.0"),
    "typescript-web": ("0.9.0", "1.0.0"),
    "go-worker": ("3.1.0", "3.2.0", "3.10.0"),
}
FAMILIES = ("CI", "SC", "SP", "OP", "AR", "LG", "OW", "LK")
DIFF = "diff --git a/.github/workflows/ci.yml b/.github/workflows/ci.yml\n@@ -1,3 +1,4 @@\n jobs:\n-  test: old\n+  test: new\n+  lint: new\n"


def rule(id_: str, severity="medium") -> Rule:
    return Rule(
        id=id_,
        title=f"What {id_} asks for holds",
        severity=severity,
        rationale="since so much rests on it",
        fix=f"do what {id_} says",
        look=lambda _: (),
    )


RULES = [rule(f"{family}-{number:02}", ("high", "medium", "low")[number % 3]) for family in FAMILIES for number in range(1, 7)]  # fmt: skip


def report(members=40, seed=7, *, check=True, days=60, rolling=True, owners=0) -> FleetReport:
    """A report on so many members, with a history of so many days, and with `rolling` two campaigns and a plan."""
    chance = random.Random(seed)
    owned = [f"@acme/team-{number:02}" for number in range(owners or max(3, members // 60))]
    standings, checks = [], []
    for number in range(members):
        one = _standing(chance, number, owned)
        checked = _checked(chance, one) if check and one.status else None
        if checked:
            one = one._replace(score=Score(*checked.score, checked.summary))
        standings.append(one)
        checks.append(checked)
    status = FleetStatus("fleet.yml", tuple(standings), "", checked=check, notes=("acme has 60 archived repositories, which are left out",))  # fmt: skip
    pairs = tuple(Guarded(*pair) for pair in zip(standings, checks, strict=True))
    past = tuple(_day(status, back) for back in range(days - 1, -1, -1))
    carried = (_carried(status, chance, "campaigns/9a90267abb1c"), _planned(status, chance)) if rolling else ()
    return FleetReport(DAY, status, FleetChecked("fleet.yml", pairs) if check else None, past, carried)


def _standing(chance, number, owned) -> Standing:
    name = f"service-{number:05}"
    said = Standing(
        name=name,
        where="fleet.yml:2",
        repository=f"https://git.acme.example/acme/{name}.git",
        commit="c" * 40,
        owner=chance.choice(owned) if chance.random() < 0.95 else "",
        mission=chance.choice(("Checkout", "Search", "Payments", "Identity", "")),
    )
    drawn = chance.random()
    if drawn < 0.02:
        return said._replace(why=f"{said.repository}: the server does not answer")
    if drawn < 0.05:
        return said._replace(states=("unadopted",))
    blueprint = chance.choices(list(VERSIONS), [6, 3, 1])[0]
    versions = VERSIONS[blueprint]
    at = chance.choices(range(len(versions)), [1, 2, 3, 8][-len(versions) :])[0]
    status = Status(
        root=PurePosixPath("/x"),
        blueprint=blueprint,
        source="gh:acme/platform",
        version=versions[at],
        latest=versions[-1],
        behind=at < len(versions) - 1,
        drift=tuple(Drift(path, "modified") for path in ("Makefile", ".github/workflows/ci.yml") if chance.random() < 0.06),
        conflicts=("docs/runbook.md",) if chance.random() < 0.02 else (),
        edited_answers=("port",) if chance.random() < 0.02 else (),
        interrupted="",
        waivers=tuple(_stood(chance) for _ in range(chance.random() < 0.05)),
        paused=Pause(date(2027, 2, 1), "a large sale") if chance.random() < 0.02 else None,
    )  # fmt: skip
    return said._replace(status=status, states=states_of(status), behind=len(versions) - 1 - at)


def _stood(chance) -> Stood:
    ends = DAY + timedelta(days=chance.choice((-4, 9, 25, 80, 200)))
    waiver = Waiver("SC-02", "/Dockerfile", "our runner cannot do it before the move", "@acme/shop", "@acme/security", DAY, ends, "https://tickets.acme.example/1", 2)  # fmt: skip
    left = (ends - DAY).days
    return Stood(waiver, "expired" if left < 0 else "lapsing" if left <= 30 else "active")


def _checked(chance, one: Standing) -> Checked:
    verdicts = []
    for number, each in enumerate(RULES):
        drawn = chance.random()
        state = "fail" if drawn < 0.12 / (number % 9 + 1) else "not_applicable" if drawn > 0.9 else "unknown" if drawn > 0.895 else "pass"  # fmt: skip
        findings = (Finding(each.id, each.severity, "fail", "it does not hold", each.fix, "f" * 16, "Dockerfile", 1),) if state == "fail" else ()  # fmt: skip
        verdicts.append(Verdict(each, state, "", findings))
    assert score(verdicts)
    assert summary(verdicts)
    return Checked(PurePosixPath("/x"), one.blueprint, one.status.version, "c" * 40, tuple(verdicts))


def _day(status: FleetStatus, back: int) -> history.Day:
    """The fleet so many days ago: fewer of it, on older versions."""
    now = history.of_status(status, DAY - timedelta(days=back))
    blueprints = {}
    for name, counts in now.blueprints.items():
        total, past = sum(counts.values()) * (1 - back / 200), back / 60
        mixed = {
            one: (1 - past) * counts.get(one, 0) + past * total * (one == VERSIONS[name][0]) for one in VERSIONS[name]
        }
        blueprints[name] = {one: round(share) for one, share in mixed.items() if round(share)}
    return now._replace(blueprints=blueprints)


def _plan(status: FleetStatus, chance, blueprint) -> FleetPlan:
    results, groups = [], {}
    for one in status.members:
        if one.blueprint != blueprint and one.state != "unreadable":
            continue
        if one.status is None:
            results.append(Result(one.name, "unreadable", one.why))
            continue
        state = "unchanged" if not one.status.behind else chance.choices(("clean", "conflict", "blocked"), [20, 2, 1])[0]  # fmt: skip
        digest = f"{chance.choices(range(6), [30, 8, 4, 2, 1, 1])[0]:064x}" if state in ("clean", "conflict") else ""
        conflicts = (("docs/runbook.md", "both have changed line 4"),) if state == "conflict" else ()
        why = "the answer port is missing" if state == "blocked" else ""
        risk = "high" if conflicts else chance.choice(("low", "low", "medium"))
        results.append(
            Result(one.name, state, why, blueprint, version=one.status.version, to=VERSIONS[blueprint][-1], place=one.repository,
                   owner=one.owner, mission=one.mission, conflicts=conflicts, risk=risk, group=digest, risks=("workflows change",))
        )  # fmt: skip
        if digest:
            groups.setdefault(digest, []).append(one.name)
    patches = tuple(
        Group(digest, tuple(names), (".github/workflows/ci.yml", "Makefile"), "medium", DIFF * (number + 1))
        for number, (digest, names) in enumerate(sorted(groups.items(), key=lambda item: -len(item[1])))
    )
    aim = Aim(blueprint, "gh:acme/platform", VERSIONS[blueprint][-1], None, "d")
    return FleetPlan("9a90267abb1c" + "0" * 52, "0.1.0", "2027-01-10", "", None, {}, (aim,), tuple(results), patches)


def _planned(status: FleetStatus, chance) -> Carried:
    return Carried("campaigns/77aa12bc3d4e", _plan(status, chance, "typescript-web"))


def _carried(status: FleetStatus, chance, folder: str) -> Carried:
    """A campaign whose first wave is over, and whose second is under way."""
    plan = _plan(status, chance, "python-http-service")
    names = [one.name for one in plan.results if one.state in ("clean", "conflict")]
    in_conflict = {one.name for one in plan.results if one.state == "conflict"}
    first, second = names[: max(1, len(names) // 10)], names[max(1, len(names) // 10) : len(names) // 2]
    at = MIDNIGHT - 5 * 86_400
    records: list[Record] = []

    def add(member, event, **said):
        nonlocal at
        at += 4 * 86_400 / (4 * len(names) + 4)
        records.append(Record(len(records), at, "run", member, event, said))

    def offered(wave):
        for number, name in enumerate(wave):
            web = f"https://git.acme.example/acme/{name}/pulls/{number + 3}"
            if name in in_conflict:
                add(name, "held", why="conflict in docs/runbook.md")
            else:
                add(name, "open", number=number + 3, web=web, branch="scaffold/update", tested="pending")

    add("", "wave opened", name="canary", members=first)
    offered(first)
    for name in first:
        if name not in in_conflict:
            add(name, "merged", ended=at)
    add("", "wave passed", name="canary")
    add("", "wave opened", name="early", members=second)
    offered(second)
    for name in second:
        if name in in_conflict:
            continue
        drawn = chance.random()
        if drawn < 0.5:
            add(name, "merged", ended=at)
        elif drawn < 0.75:
            add(name, "looked", tested="passed", review="pending", waiting_for=["ada", "@acme/platform"])
        elif drawn < 0.8:
            add(name, "looked", tested="failed", failing=["all-green / test"])
        elif drawn < 0.84:
            add(name, "declined", by="jo", ended=at)
        elif drawn < 0.86:
            add(name, "needs hands", why="people have committed to the branch")
    policy = Policy((Wave("canary", share=Share(10, of_all=True)), Wave("early", share=Share(40, of_all=True)), Wave("rest")), Halt())  # fmt: skip
    return Carried(folder, plan, telling.told(plan, records, policy, folder, MIDNIGHT))
