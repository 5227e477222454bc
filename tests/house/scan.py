"""Python source text becomes complaints, one scanner a house rule."""

import ast
from collections.abc import Iterator

LONGEST = 300

MOCKS = frozenset(
    "aioresponses flexmock freezegun httpretty mock mockito pytest_httpx pytest_mock requests_mock respx "
    "responses time_machine unittest.mock vcr".split()
)
PATCHES = frozenset(("monkeypatch.setattr", "monkeypatch.delattr"))
BROAD = frozenset(("Exception", "BaseException", "builtins.Exception", "builtins.BaseException"))
MAKES_MUTABLE = frozenset(
    "bytearray dict list set collections.ChainMap collections.Counter collections.OrderedDict "
    "collections.UserDict collections.UserList collections.defaultdict collections.deque queue.Queue "
    "queue.SimpleQueue weakref.WeakKeyDictionary weakref.WeakValueDictionary".split()
)
READ_ONLY = frozenset("AbstractSet Collection Container Iterable Mapping Sequence Set frozenset tuple".split())
WORLDLY = frozenset(
    "anyio.current_time anyio.sleep anyio.sleep_forever anyio.sleep_until asyncio.sleep datetime.date.today "
    "datetime.datetime.now datetime.datetime.today datetime.datetime.utcnow os.urandom time.localtime "
    "time.monotonic time.monotonic_ns time.perf_counter time.perf_counter_ns time.process_time time.sleep "
    "time.time time.time_ns uuid.uuid1 uuid.uuid4".split()
)
WORLDLY_MODULES = ("random", "secrets")


def imported(tree: ast.AST) -> dict[str, str]:
    """Every name that an import binds, to the dotted name that it stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def dotted(node: ast.AST | None, names: dict[str, str]) -> str:
    """The dotted name that an expression stands for; empty for any other expression."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, names)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module that is imported, each `from a import b` as `a.b` too, as b may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def length(source: str) -> Iterator[str]:
    """A file that is too long."""
    lines = len(source.splitlines())
    if lines > LONGEST:
        yield f"{LONGEST + 1}: {lines} lines; at most {LONGEST} would be right, split it by meaning"


def docstring(source: str) -> Iterator[str]:
    """A module that does not say in its first line what it is."""
    text = ast.get_docstring(ast.parse(source), clean=False)
    if text is None:
        yield "1: no docstring; a first line that says what goes in, what comes out would be right"
    elif not text.splitlines() or not text.splitlines()[0].strip():
        yield "1: the docstring opens with an empty line; a sentence would be right"
    elif not text.splitlines()[0].rstrip().endswith("."):
        yield "1: the docstring's first line is no whole sentence; one that ends in a full stop would be right"


def mocks(source: str) -> Iterator[str]:
    """Something that puts a made-up part in the place of a real one."""
    tree = ast.parse(source)
    for line, name in imports(tree):
        if name in MOCKS:
            yield f"{line}: imports {name}; a real server or plain values would be right"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and dotted(node, {}) in PATCHES:
            yield f"{node.lineno}: {dotted(node, {})}; a real server or plain values would be right"


def type_checking(source: str) -> Iterator[str]:
    """An import that only the type checker sees."""
    for node in ast.walk(ast.parse(source)):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name == "TYPE_CHECKING":
            yield f"{getattr(node, 'lineno', 0)}: TYPE_CHECKING; an import that holds at run time too would be right"


def broad_excepts(source: str) -> Iterator[str]:
    """A handler that takes whatever comes."""
    tree = ast.parse(source)
    names = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or dotted(kind, names) in BROAD for kind in kinds):
                yield f"{node.lineno}: a broad except; the exceptions that are expected here would be right"
        elif isinstance(node, ast.Call) and dotted(node.func, names) == "contextlib.suppress":
            for kind in node.args:
                if dotted(kind, names) not in BROAD:
                    continue
                yield f"{node.lineno}: suppress of everything; the exceptions that are expected here would be right"


def module_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run as a module is imported, those under if, try, with, for included."""
    for statement in body:
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for inner in ("body", "orelse", "finalbody"):
                yield from module_level(getattr(statement, inner, []))
            for handler in getattr(statement, "handlers", []):
                yield from module_level(handler.body)


def read_only(annotation: ast.expr | None) -> bool:
    """Whether an annotation promises that nobody writes: Mapping[...], Final[Sequence[...]], a quoted one too."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return read_only(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.Subscript):
        if dotted(annotation.value, {}).rpartition(".")[2] in ("Annotated", "ClassVar", "Final"):
            inner = annotation.slice
            return read_only(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
        return read_only(annotation.value)
    return dotted(annotation, {}).rpartition(".")[2] in READ_ONLY


def mutable(value: ast.expr | None, names: dict[str, str]) -> bool:
    """Whether an expression makes something that can be written to."""
    if isinstance(value, ast.NamedExpr | ast.Await):
        return mutable(value.value, names)
    if isinstance(value, ast.Call):
        made = value.func.value if isinstance(value.func, ast.Subscript) else value.func
        return dotted(made, names) in MAKES_MUTABLE
    return isinstance(value, ast.Dict | ast.DictComp | ast.List | ast.ListComp | ast.Set | ast.SetComp)


def module_state(source: str) -> Iterator[str]:
    """Something that a module keeps in which a run can leave traces."""
    tree = ast.parse(source)
    names = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield f"{node.lineno}: global {', '.join(node.names)}; a value that is passed would be right"
    for statement in module_level(tree.body):
        if isinstance(statement, ast.Assign):
            targets, annotation = statement.targets, None
        elif isinstance(statement, ast.AnnAssign):
            targets, annotation = [statement.target], statement.annotation
        else:
            continue
        if any(dotted(target, {}) == "__all__" for target in targets) or read_only(annotation):
            continue
        if mutable(statement.value, names):
            name = ast.unparse(targets[0])
            yield (
                f"{statement.lineno}: {name} can be written to; a tuple, a frozenset, MappingProxyType or an "
                f"annotation such as Mapping[...] or Sequence[...] would be right"
            )


def worldly(source: str) -> Iterator[str]:
    """A look at the clock, a sleep or a die outside the hands."""
    tree = ast.parse(source)
    names = imported(tree)
    for line, name in imports(tree):
        if name in WORLDLY_MODULES:
            yield f"{line}: imports {name}; an argument would be right"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node, names) in WORLDLY:
            yield f"{node.lineno}: {dotted(node, names)}; time that comes in as an argument would be right"
