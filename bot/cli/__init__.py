"""``barta``: the gateway from the command line.

Exit codes: 0 done, 1 refused with a clear reason on stderr, 2 wrong usage. ``--json`` prints JSON and nothing else on stdout. Heavy
imports wait until the command that needs them runs.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from bot import config as settings
from bot import log
from bot.cli import broadcasts, owing, registry, returns, scheduled, serving, texting, texts
from bot.domain.errors import BartaError


class Refusing(click.Group):
    """A group whose commands end with exit code 1 and one sentence when the program refuses."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and turn our errors into a sentence."""
        try:
            return super().invoke(ctx)
        except BartaError as error:
            click.echo(f"barta: {error}", err=True)
            sys.exit(1)
        except BrokenPipeError:
            raise  # whoever read the output has seen enough; click ends quietly
        except OSError as error:
            click.echo(f"barta: {error.strerror or type(error).__name__}: {error.filename or 'no file'}", err=True)
            sys.exit(1)


@click.group(cls=Refusing, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="samabay-barta", message="%(version)s")
def main() -> None:
    """Samabay Barta: messages for co-operative societies and their officers."""
    log.set_up(settings.LogSettings(level="warning"))


for each in (
    *(serving.init, serving.demo, serving.run, serving.backup, serving.restore, serving.doctor),
    *(registry.import_, registry.export, registry.offices),
    *(texting.parse, texting.sms, texting.outbox),
    *(scheduled.tick, scheduled.jobs, scheduled.resume),
    *(owing.due, returns.rollup),
    broadcasts.broadcasts,
    texts.texts,
):
    main.add_command(each)
