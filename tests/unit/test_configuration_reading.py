"""What YAML would let pass, and values of --config."""

import json
import re

import pytest
from configurations import ROOT, added

from intercept.configuration.reading import check_file, read_arguments, read_files
from intercept.runtime.errors import UserError


@pytest.fixture
def check(tmp_path):
    def checked(text):
        path = tmp_path / "study.yaml"
        path.write_text(text)
        check_file(path)

    return checked


@pytest.mark.parametrize("file", ["config.yaml", "profiles/demo/demo.yaml"])
def test_the_configurations_of_the_repository_say_what_they_mean(file):
    check_file(ROOT / file)


@pytest.mark.parametrize(
    "file", sorted((ROOT / "studies").glob("*.yaml")), ids=lambda file: file.stem
)
def test_so_do_the_studies(file):
    check_file(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: key 'a' is in line 1 of the same mapping already"),
        ("t:\n  dp: {x: 1}\n  no: {y: 1}\n", "line 3: no is true or false to YAML"),
        ("t:\n  'dp': {x: 1}\n  dp: {y: 1}\n", "line 3: key 'dp' is in line 2"),
        ("t: [{a: 1, b: 2, a: 1}]", "line 1: key 'a' is in line 1"),
        ("rate: 1e-3", "line 1: 1e-3 is a text to YAML; write 0.001"),
        ("\nrate: 1e5", "line 2: 1e5 is a text to YAML; write 100000"),
        ("rate: -2.5E4", "is a text to YAML; write -25000"),
        ("study: on", "on is true or false to YAML; write 'on' in quotes"),
        ("study: [a, No]", "No is true or false to YAML"),
        ("count: 010", "010 is 8 to YAML; write the number as digits alone, or '010' in quotes"),
        ("count: 0x1F", "0x1F is 31 to YAML"),
        ("count: 1_000", "1_000 is 1000 to YAML"),
        ("time: 12:30", "12:30 is 750 to YAML"),
        ("time: 1:30.5", "1:30.5 is 90.5 to YAML"),
        ("rate: 1_0.5", "1_0.5 is 10.5 to YAML"),
        ("study: 2020-05-15", "2020-05-15 is a date to YAML"),
        ("base: &a {x: 010}\nb: *a", "line 1: 010 is 8 to YAML"),
        ("a: 1\ntargets: &t {mine: *t}", "line 2: what begins here holds itself"),
        ("a: &t [1, [2, *t]]", "line 1: what begins here holds itself"),
        ("a: &t {b: {<<: *t}}", "line 1: what begins here holds itself"),
        ("a: " + "[" * 150 + "]" * 150, "line 1: more than 100 mappings and lists"),
        ("a: 1\nmodel: !path x", "line 2: !path is a tag, and allowed is none; leave it out"),
        ("a: !mine {b: 1}", "line 1: !mine is a tag"),
        ("a: =", "line 1: = is no value to YAML; write '=' in quotes"),
        ("a: !mine [1]", "line 1: !mine is a tag"),
        ("a: !!python/name:os.system x", "line 1: !!python/name:os.system is a tag"),
    ],
)
def test_what_yaml_would_let_pass_is_refused_with_its_line(check, tmp_path, text, said):
    with pytest.raises(UserError) as refused:
        check(text)
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"{tmp_path / 'study.yaml'}, line ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: '1e-3'\nb: \"010\"\nc: 'no'",
        "a: [0, -1, 0.5, .5, 1., 1.5e-3, .inf, true, False, null, ~]",
        "a: mobile_output\nb: test[:11000]\nc: as-accurate-as-0.7\nd: e5",
        "a: &same {x: 1}\nb: *same\nc: {<<: *same, y: 2}",
        "a: |\n  no\n",
        "a: !!str 'x'\nb: '!path x'",
        "a: &t {x: 1}\nb: [*t, *t, {c: *t}]",
    ],
)
def test_what_says_what_it_means_passes(check, text):
    check(text)


def test_json_has_its_own_numbers(check):
    check(json.dumps({"rate": 1e-05, "seeds": [1]}))
    with pytest.raises(UserError, match="key 'a' is in line 1"):
        check('{"a": 1, "a": 2}')


def test_arguments_are_read_as_in_a_file():
    given = [
        "seeds=[1, 2]",
        "dataset={name: digits, allow_overlap: false}",
        "study=1e",
        "rate=0.5",
    ]
    assert read_arguments([*given, "quoted='2'", "none="]) == {
        "seeds": [1, 2],
        "dataset": {"name": "digits", "allow_overlap": False},
        "study": "1e",
        "rate": 0.5,
        "quoted": "2",
        "none": None,
    }


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("seeds=[1, 2", "--config seeds is '[1, 2', which is no YAML"),
        ("rate=1e-3", "--config rate: 1e-3 is a text to YAML; write 0.001"),
        ("a={b: 1, b: 2}", "--config a: key 'b' is"),
    ],
)
def test_an_argument_that_cannot_be_read_is_refused(argument, said):
    with pytest.raises(UserError) as refused:
        read_arguments([argument])
    assert said in str(refused.value)


def test_files_are_merged_as_snakemake_merges_them():
    files = ("config.yaml", "studies/defences.yaml")
    assert read_files(ROOT / file for file in files) == added(*files)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: [1", r"line 2: this is no YAML \(did not find expected"),
        ("a: 1\nb: {c: target[:2000], d: 1}", "line 2: this is no YAML"),
        ("a:\n\tb: 1", "line 2: this is no YAML"),
        ("- a", "with keys at top level"),
        ("", "with keys at top level"),
        ("a: 1e-3", "line 1: 1e-3 is a text to YAML"),
        (None, "No such file"),
    ],
)
def test_files_that_are_no_configuration_are_refused_in_one_line(tmp_path, text, said):
    path = tmp_path / "study.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError, match=said) as refusal:
        read_files([path])
    assert str(path) in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_brackets_without_end_are_refused_in_one_line(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("a: " + "[" * 50_000)
    with pytest.raises(UserError, match="more than 100 mappings and lists") as refused:
        check_file(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("&t {mine: *t}", "holds itself"),
        ("!path x", "!path is a tag"),
        ("[" * 50_000, "more than 100"),
    ],
)
def test_so_are_values_of_config(text, said):
    with pytest.raises(UserError) as refused:
        read_arguments([f"targets={text}"])
    assert said in str(refused.value)


def test_the_example_on_the_page_of_a_key_further_in_is_read_as_meant():
    page = (ROOT / "docs/config.md").read_text()
    (example,) = re.findall(r"^`--config '(attackers=.+)'`", page, re.MULTILINE)
    assert read_arguments([example]) == {"attackers": {"decoder": {"epochs": 2}}}
