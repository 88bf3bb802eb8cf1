"""News Triage, a page on which analysts label news beside three classifiers: python app.py [serve] [--data DIR].

The only composition root and command line: reads flags, builds the use cases, serves the page or answers one command.
Knows no query, no model and no page. Answers go to standard output, progress and refusals to standard error; the
exit status is 0, 1 for a refusal, 2 for wrong usage.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from classifier.examples import CLASSIFIERS
from ui.accounts_command import add_token_arguments, add_user_arguments, keep_accounts, keep_tokens
from ui.bakeoff_command import add_arguments, compare
from ui.terminal import Progress, averages, follow, say
from workflow.errors import BadInput, Refused, TriageError
from workflow.views import QueueFilter

if TYPE_CHECKING:
    from classifier.profiles import Profile
    from workflow.use_cases import UseCases

    # argparse has no public name for what commands are added to.
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


MODELS = (*CLASSIFIERS, "retriever")
INTERRUPTED = 130
"""What a shell expects of a command that Ctrl-C ended."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    arguments = _parser().parse_args(_with_command(sys.argv[1:] if argv is None else argv))
    try:
        answer = arguments.run(arguments)
        if answer is not None:
            say(answer, as_json_object=arguments.json)
    except TriageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except BrokenPipeError:
        # Whoever read the answer has gone; the interpreter must not try to flush it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        from workflow.faults import explained

        told = explained(error) or f"{error.filename or 'The system says'}: {error.strerror or error}"
        sys.stderr.write(f"{told}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _with_command(argv: list[str]) -> list[str]:
    # `serve` is what a person means who names no command.
    named = argv and (not argv[0].startswith("-") or argv[0] in {"-h", "--help"})
    return argv if named else ["serve", *argv]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__.split(":", 1)[0] + ".")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_page(commands)
    _add_data(commands)
    _add_training(commands)
    _add_upkeep(commands)
    return parser


def _command(commands: "Commands", name: str, run: Callable[..., object], text: str) -> argparse.ArgumentParser:
    # Only a command with a text is listed.
    listed = {"help": text} if text else {}
    parser = commands.add_parser(name, description=text or None, **listed)
    parser.set_defaults(run=run, llm_endpoint=None, llm_model="", **dict.fromkeys(MODELS))
    add = parser.add_argument
    add("--data", type=Path, default=Path("data"), metavar="DIR", help="where everything is kept (default: ./data)")
    add("--json", action="store_true", help="answer with one JSON object")
    add("--profile", default="starter", metavar="NAME", help="of models: starter (default), chinese or english")
    add("--database", metavar="URL", help="another database than DIR/triage.db (or $NEWS_TRIAGE_DATABASE)")
    return parser


def _add_models(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("models in place of the profile's").add_argument
    for name in MODELS:
        add(f"--{name.replace('_', '-')}", metavar="PATH_OR_ID", help=f"checkpoint of {name}")
    add("--llm-endpoint", metavar="URL", help="OpenAI-compatible server that answers for prompt")
    add("--llm-model", metavar="NAME", help="name of the model on that server")


def _add_page(commands: "Commands") -> None:
    serve = _command(commands, "serve", _serve, "open the page (the default command)")
    serve.add_argument("--host", default="127.0.0.1", help="another one needs accounts (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=7860, help="default: 7860")
    serve.add_argument("--https", action="store_true", help="people reach it through a proxy here that speaks https")
    _add_models(serve)


def _add_data(commands: "Commands") -> None:
    load = _command(commands, "import", _import, "add the items of a CSV, TSV, JSONL, JSON or XLSX file")
    load.add_argument("file", type=Path, metavar="FILE")
    load.add_argument("--split", choices=("train", "validation", "gold"), help="where all its items belong")
    load.add_argument("--keep-sample", action="store_true", help="keep the shipped sample beside them")
    load.add_argument("--map", nargs="+", action="extend", type=_pair, metavar="FIELD=COLUMN")
    load.add_argument("--encoding", help="instead of the one that is found")
    export = _command(commands, "export", _export, "write what people and classifiers said, or llm_head's model")
    export.add_argument("what", choices=("disagreements", "annotations", "training", "model"))
    export.add_argument("--version", type=int, metavar="N", help="of llm_head, for model (default: the live one)")
    export.add_argument("--format", choices=("csv", "jsonl"), default="csv")
    export.add_argument("--output", type=Path, metavar="FILE", help="default: standard output; a directory for model")


def _add_training(commands: "Commands") -> None:
    retrain = _command(commands, "retrain", _retrain, "train on all current labels")
    retrain.add_argument("classifier", nargs="*", type=_classifier, help=f"{', '.join(CLASSIFIERS)} (default: all)")
    retrain.add_argument("--recipe", action="append", metavar="NAME", help="how; repeat it for several classifiers")
    retrain.add_argument("--anew", action="store_true", help="even where a live version could learn the few changes")
    retrain.add_argument("--wait", action="store_true", help="return when the jobs have ended")
    bake_off = _command(commands, "bakeoff", _bake_off, "train many recipes on the same items and compare them")
    add_arguments(bake_off)
    predict = _command(commands, "predict", _predict, "predict the open items with the live versions")
    evaluate = _command(commands, "evaluate", _evaluate, "score the live versions on gold, after a running retraining")
    for parser in (retrain, bake_off, predict, evaluate):
        _add_models(parser)


def _pair(text: str) -> tuple[str, str]:
    field, separator, column = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text} is not of the form FIELD=COLUMN")
    return field, column


def _classifier(name: str) -> str:
    # Not `choices`: with nargs="*" argparse would check an empty list against them.
    if name not in CLASSIFIERS:
        raise argparse.ArgumentTypeError(f"there is no classifier {name}")
    return name


def _add_upkeep(commands: "Commands") -> None:
    _command(commands, "status", _status, "count items, labels, versions and jobs")
    user = _command(commands, "user", _user, "accounts; the password is asked for, or read from standard input")
    add_user_arguments(user)
    add_token_arguments(_command(commands, "token", _token, "keys with which programs may ask in place of a person"))
    backup = _command(commands, "backup", _backup, "write database and versions into one file, also while in use")
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = _command(commands, "restore", _restore, "make a new data folder out of a backup")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("directory", type=Path, metavar="DIR")
    _command(commands, "work", _work, "").add_argument("--idle", default="1")


def _serve(arguments: argparse.Namespace) -> None:
    from ui.gradio_stubs import without_stubs
    from ui.listening import listen, serve

    cases = _cases(arguments)
    # Refusals come before the seconds that the imports of the web take.
    with listen(arguments.host, arguments.port, cases.people) as listener:
        with without_stubs():
            from ui.server import build_app

        app = build_app(cases, arguments.host, https=arguments.https)
        sys.stderr.write(f"News Triage is open on http://{arguments.host}:{listener.getsockname()[1]}\n")
        with cases.background():
            serve(app, listener, https=arguments.https)


def _import(arguments: argparse.Namespace) -> object:
    from workflow.import_views import ImportPlan

    progress = Progress()
    try:
        plan = ImportPlan(dict(arguments.map or ()), arguments.split, arguments.keep_sample, arguments.encoding)
        return _cases(arguments).importing.carry_out(arguments.file, plan, watch=progress)
    finally:
        progress.end()


def _export(arguments: argparse.Namespace) -> object:
    from workflow.exporting import write_file

    cases = _cases(arguments)
    if arguments.what == "model":
        return cases.merging.merge(arguments.output or cases.data / "exports" / "model", arguments.version)
    writers: dict[tuple[str, str], Callable[[IO[str]], int]] = {
        ("disagreements", "csv"): lambda stream: cases.disagreements.export(QueueFilter(state=""), stream),
        ("annotations", arguments.format): lambda stream: cases.exporting.annotations(arguments.format, stream),
        ("training", arguments.format): lambda stream: cases.exporting.training(arguments.format, stream),
    }
    write = writers.get((arguments.what, arguments.format))
    if write is None:
        raise Refused(f"{arguments.what} are exported as csv, not as {arguments.format}.")
    # Excel takes a file for UTF-8 only when it begins with a byte order mark.
    encoding = "utf-8-sig" if arguments.format == "csv" else "utf-8"
    if arguments.output is None and not arguments.json:
        with open(sys.stdout.fileno(), "w", encoding=encoding, newline="", closefd=False) as stream:
            write(stream)
        return None
    path = arguments.output or cases.data / "exports" / f"{arguments.what}.{arguments.format}"
    return {"rows": write_file(path, encoding, write), "file": str(path)}


def _retrain(arguments: argparse.Namespace) -> object:
    cases = _cases(arguments)
    job = cases.retraining.start(_to_train(arguments), recipes=arguments.recipe or (), anew=arguments.anew)
    return follow(cases, job) if arguments.wait else job


def _to_train(arguments: argparse.Namespace) -> tuple[str, ...]:
    """Return the classifiers that were named, else those that a recipe was named for, else all."""
    from workflow.recipes import by_classifier

    return tuple(arguments.classifier or by_classifier(arguments.recipe or ()) or CLASSIFIERS)


def _bake_off(arguments: argparse.Namespace) -> object:
    return compare(_cases(arguments), arguments)


def _predict(arguments: argparse.Namespace) -> object:
    cases = _cases(arguments)
    return follow(cases, cases.retraining.predict_open())


def _evaluate(arguments: argparse.Namespace) -> object:
    cases = _cases(arguments)
    for job in cases.retraining.jobs():
        if job.kind == "retrain":
            follow(cases, job, must_succeed=False)
    progress = Progress()
    metrics = cases.retraining.evaluate(progress)
    progress.end()
    return metrics if arguments.json else averages(metrics)


def _status(arguments: argparse.Namespace) -> object:
    return _cases(arguments).status.report()


def _user(arguments: argparse.Namespace) -> object:
    return keep_accounts(_cases(arguments).people, arguments)


def _token(arguments: argparse.Namespace) -> object:
    return keep_tokens(_cases(arguments).tokens, arguments)


def _backup(arguments: argparse.Namespace) -> object:
    return _cases(arguments).backups.write(arguments.file)


def _restore(arguments: argparse.Namespace) -> object:
    from workflow.backup import restore

    return restore(arguments.file, arguments.directory)


def _work(arguments: argparse.Namespace) -> None:
    from workflow.worker import main as work

    database = ["--database", arguments.database] if arguments.database else []
    work(["--data", str(arguments.data), "--idle", arguments.idle, *database])


def _cases(arguments: argparse.Namespace) -> "UseCases":
    from workflow.use_cases import build

    url = arguments.database or os.environ.get("NEWS_TRIAGE_DATABASE")
    return build(arguments.data, url, _profile(arguments))


def _profile(arguments: argparse.Namespace) -> "Profile":
    from classifier.profiles import PROFILES

    if arguments.profile not in PROFILES:
        raise BadInput(f"There is no profile {arguments.profile}; there are {', '.join(PROFILES)}.")
    chosen = {name: getattr(arguments, name) for name in MODELS if getattr(arguments, name)}
    endpoint = {"endpoint": arguments.llm_endpoint, "model": arguments.llm_model or ""}
    profile = replace(PROFILES[arguments.profile], **chosen, **endpoint)
    try:
        for name in MODELS:
            profile.recipe(name)
    except ValueError as error:
        raise BadInput(str(error)) from error
    return profile


if __name__ == "__main__":
    sys.exit(main())
