"""A fleet as a story, as `make try-fleet` runs it: twenty services, what their teams do, a release, a plan, a rollout, a report.

Everything happens through the command line, in a folder that is left behind to look at.
"""

import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.forges import github
from tests.forges.server import Server
from tests.forges.world import World
from tests.journey import ANSWERS, SCAFFOLD, Journey, edit, release

SERVICES = 20
TEAMS = ("checkout", "search", "payments", "identity")
TOKEN = "secret-of-the-bot"
REPORT = "fleet-report.html"
BRANCH = "scaffold/python-http-service-2.1.0"
AT = ("--fleet", "forge.yml")
AT_FORGE = """\
members:
  - {{org: {url}/acme, names: [service-*]}}
forges:
  {host}: {{kind: github, api: "{url}/api/v3", token_env: FORGE_TOKEN, limits: {{between_writes: 0}}}}
campaign:
  waves:
    - {{name: canary, share: 2}}
    - {{name: rest}}
  halt: {{failed: 0}}
  labels: [scaffold]
"""
FLEET = """\
members:
  - glob: services/*
    labels: {tier: 2}
  - folder: services/service-01
    labels: {tier: 1}
"""


def stamp(story: Journey) -> None:
    """Make a library, and stamp the services from it."""
    story.say("\n=== 1. The platform has a library, and four teams stamp twenty services from it")
    story.scaffold("library", "init", "library", where=story.folder)
    (story.folder / "services").mkdir()
    shown = Journey(story.folder, quiet=True)
    for number in range(1, SERVICES + 1):
        team = TEAMS[number % len(TEAMS)]
        answers = {**ANSWERS, "mission": team.title(), "owner": f"@acme/{team}"}
        data = [word for name, value in answers.items() for word in ("--data", f"{name}={value}")]
        words = ["new", "python-http-service", f"services/service-{number:02}", "--source", "library", *data]
        (story if number == 1 else shown).scaffold(*words, "--defaults", where=story.folder)
    story.say(f"... and {SERVICES - 1} more of them")


def work(story: Journey) -> None:
    """Let some teams do what teams do."""
    story.say(
        "\n=== 2. Teams work: one writes into the runbook, two put a hand on a locked file, three edit the same lines"
    )
    quiet = Journey(story.folder, quiet=True)
    services = [story.folder / f"services/service-{number:02}" for number in range(1, SERVICES + 1)]
    with (services[0] / "docs/runbook.md").open("a") as runbook:
        runbook.write("\n## Ours\n\nThe queue drains in ten minutes.\n")
    for service in services[1:3]:
        edit(service / "Makefile", "check:", "# the team was here\ncheck:")
    for service in services[3:6]:
        edit(service / "docs/runbook.md", "2. Look at what it calls:", "2. Ask the people who are on call:")
    for service in services[:6]:
        quiet.commit(service, "feat: our own work")
    shutil.rmtree(services[6] / ".scaffold")  # nobody remembers why
    quiet.commit(services[6], "chore: tidy up")
    (services[7] / ".scaffold/lock.json").write_text("{")
    quiet.commit(services[7], "fix: a merge that went wrong")


def look(story: Journey) -> None:
    """See how all of them stand."""
    story.say(
        "\n=== 4. A maintainer lists them in fleet.yml, and looks: from git's objects alone, nothing is checked out"
    )
    (story.folder / "fleet.yml").write_text(FLEET)
    story.run(["cat", "fleet.yml"], story.folder)
    story.scaffold("fleet", "status", "--quiet", where=story.folder, ok=(3,))


def plan(story: Journey) -> None:
    """See what an update would do to them, and read it."""
    story.say("\n=== 5. What would the update do to each of them? Those that get the same patch are one group")
    said = story.scaffold("fleet", "plan", "--quiet", where=story.folder, ok=(3,))
    lines = [line.split() for line in said.splitlines()]
    groups = [words[4] for words in lines if words[:3] == ["scaffold", "fleet", "show"]]
    folder = next((story.folder / "campaigns").iterdir()).relative_to(story.folder)
    story.say("\n=== 6. The largest group is read once, and so is what one team has to decide")
    story.scaffold("fleet", "show", str(folder), groups[0], where=story.folder)
    story.scaffold("fleet", "show", str(folder), "service-04", where=story.folder)
    story.scaffold("fleet", "plan", "--quiet", "--where", "label=tier:1 behind", where=story.folder, ok=(0, 3))
    story.say("\nLook at: nothing was written to any service; a plan is a folder that nothing may change.")
    shutil.rmtree(story.folder / "campaigns")


def roll_out(story: Journey) -> None:
    """Carry an update out over services at a forge, which halts after the first wave and goes on."""
    story.say(
        "\n=== 7. The services move to a forge (one of the tests' own, on this machine), and the platform says how"
    )
    world = World(story.folder / "forge")
    world.add_owner("acme", ["scaffold-bot", "ada"], {team: ["ada"] for team in TEAMS})
    world.add_owner("platform", ["ada"], {"engineering": ["ada"]})
    world.add_person("ada")
    names = [f"service-{number:02}" for number in range(9, SERVICES + 1)]
    for name in names:
        world.add_repository(f"acme/{name}", story.folder / "services" / name)
        world.set_ci(f"acme/{name}", ["all-green"])
    with Server(world, github).running() as server:
        story.give(FORGE_TOKEN=TOKEN)
        host = server.url.partition("//")[2]
        (story.folder / "forge.yml").write_text(AT_FORGE.format(host=host, url=server.url))
        story.run(["cat", "forge.yml"], story.folder)
        _keep_yesterday(story)
        said = story.scaffold("fleet", "plan", *AT, "--quiet", where=story.folder, ok=(0, 3))
        plan = next(line.split()[4].rstrip(",") for line in said.splitlines() if line.startswith("The plan is in"))
        plan = str(Path(plan).relative_to(story.folder))
        story.scaffold("fleet", "preflight", plan, *AT, "--quiet", where=story.folder, ok=(0, 3))

        story.say("\n=== 8. The first wave goes out, and one runner of CI is broken: all of it halts by itself")
        story.scaffold("fleet", "apply", plan, *AT, "--quiet", where=story.folder)
        canary = [name for name in names if world.pulls_of(f"acme/{name}")]
        world.set_ci(f"acme/{canary[0]}", ["all-green"], fail=["all-green"])
        story.scaffold("fleet", "watch", plan, *AT, "--every", "0.2", "--quiet", where=story.folder, ok=(3,))

        story.say("\n=== 9. Somebody looks, mends the runner, and says so; the others get theirs, and teams merge")
        world.set_ci(f"acme/{canary[0]}", ["all-green"])
        tip = world.tip(f"acme/{canary[0]}", BRANCH)
        world.set_check(f"acme/{canary[0]}", tip, "all-green", "passed")
        reason = ("--reason", "a runner was broken, not the update", "--by", "Ada")
        story.scaffold("fleet", "resume", plan, *AT, *reason, where=story.folder)
        story.scaffold("fleet", "watch", plan, *AT, "--once", "--quiet", where=story.folder)
        for name in names[:-1]:
            for pull in world.pulls_of(f"acme/{name}"):
                if pull["state"] == "open":
                    world.merge_as(f"acme/{name}", pull["number"])
        world.close_all_as(f"acme/{names[-1]}")
        story.scaffold("fleet", "watch", plan, *AT, "--once", "--quiet", where=story.folder, ok=(0, 3))
        report(story, plan)
    story.say("\nLook at: nobody was asked twice, and what a person closed is not offered again for this version.")


def _keep_yesterday(story: Journey) -> None:
    """Keep how they stand now as yesterday's, as a nightly job would have."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    words = ("fleet", "status", *AT, "--keep", "--today", str(yesterday), "--quiet")
    quiet = Journey(story.folder, quiet=True)
    quiet.give(FORGE_TOKEN=TOKEN)
    quiet.scaffold(*words, where=story.folder, ok=(0, 3))


def report(story: Journey, plan: str) -> None:
    """Write the page that everybody looks at."""
    story.say("\n=== 10. Everybody wants to see it: one page, which a nightly job may publish")
    words = ("fleet", "report", *AT, "--check", "--plan", plan, "--into", REPORT, "--quiet")
    story.scaffold(*words, where=story.folder, ok=(0, 3))


def main() -> None:
    """Run all steps in the folder named on the command line, which is made anew."""
    folder = Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    story = Journey(folder)
    for step in (stamp, work, release, look, plan, roll_out):
        step(story)
    story.say(f"\nDone. Try in {folder}, with {Path(SCAFFOLD[0]).with_name('scaffold')} as scaffold:")
    story.say("  scaffold fleet status --all; scaffold fleet check; scaffold fleet status --where drift")
    story.say(f"The report: {folder / REPORT}")


if __name__ == "__main__":
    main()
