"""The offline verifier: what it believes, and that it names the entry where a log was tampered with."""

import json
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import referral_api
from referral_api.audit import canonical, export, merkle
from referral_api.audit.checkpoint import Checkpoint, cosign, sign_checkpoint
from referral_api.audit.note import Kind, Note, SignerKey
from referral_api.audit.tampering import Fault, Hashes
from referral_api.audit.verifier import Trust, main, verify_checkpoint, verify_export, verify_proof

LOG = SignerKey("log.example/audit", Kind.ED25519, b"\1" * 32)
WITNESS = SignerKey("witness.example/w", Kind.COSIGNATURE, b"\2" * 32)
TRUST = Trust(LOG.verifier)
SIZE = 600
LEAVES = [canonical.dumps({"id": f"entry_{n}", "action": "case.read", "outcome": "allowed"}) for n in range(SIZE)]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def signed(size, hashes=HASHES, signer=LOG):
    return sign_checkpoint(signer, size=size, root=merkle.root(hashes[:size]))


def written(leaves=LEAVES, *, tiles=True, checkpoints=(250, 400), final=None, hashes=None):
    """A complete export of these leaves, as the server writes it."""
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves] if hashes is None else hashes
    lines = [export.header_line(LOG.verifier, complete=True)]
    lines += export.tile_lines(hashes) if tiles else []
    lines += [export.entry_line(index, leaf) for index, leaf in enumerate(leaves)]
    lines += [export.checkpoint_line(str(signed(size))) for size in checkpoints]
    return [*lines, export.checkpoint_line(str(final or signed(len(leaves))), entries=len(leaves))]


def tampered(change, **options):
    """The signed log of 600, but with entries that `change` has been at: everything else follows the change."""
    leaves = list(LEAVES)
    change(leaves)
    return written(leaves, **({"final": signed(SIZE), "hashes": HASHES} | options))


def put(leaves, index, leaf):
    leaves[index] = leaf


def found(verdict):
    return verdict.fault, verdict.index, verdict.last


FORGED = canonical.dumps({"id": "entry_forged"})
CHANGES = [
    (lambda leaves: put(leaves, 300, FORGED), Fault.CHANGED, 300),
    (lambda leaves: put(leaves, 0, FORGED), Fault.CHANGED, 0),
    (lambda leaves: put(leaves, 599, LEAVES[599] + b" "), Fault.CHANGED, 599),
    (lambda leaves: (put(leaves, 20, FORGED), put(leaves, 500, FORGED)), Fault.CHANGED, 20),
    (lambda leaves: leaves.pop(255), Fault.REMOVED, 255),
    (lambda leaves: leaves.pop(0), Fault.REMOVED, 0),
    (lambda leaves: leaves.insert(256, FORGED), Fault.INSERTED, 256),
    (lambda leaves: leaves.insert(300, LEAVES[3]), Fault.INSERTED, 300),
    (lambda leaves: leaves.append(FORGED), Fault.INSERTED, 600),
    (lambda leaves: leaves.insert(450, leaves.pop(100)), Fault.REORDERED, 100),
    (lambda leaves: leaves.insert(100, leaves.pop(450)), Fault.REORDERED, 100),
    (lambda leaves: leaves.pop(), Fault.TRUNCATED, 599),
    (lambda leaves: leaves.__delitem__(slice(123, None)), Fault.TRUNCATED, 123),
]


def test_an_untouched_export_is_valid():
    verdict = verify_export(written(), TRUST)
    assert (True, SIZE) == (verdict.valid, verdict.tree_size)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257])
def test_an_export_of_any_size_is_valid(size):
    assert verify_export(written(LEAVES[:size], checkpoints=()), TRUST).valid


def test_without_a_key_an_export_is_only_said_to_agree_with_itself():
    assert "The key was the file's own" in verify_export(written()).message
    assert "The key was" not in verify_export(written(), TRUST).message


@pytest.mark.parametrize(("change", "fault", "index"), CHANGES)
def test_the_first_entry_that_is_wrong_is_named(change, fault, index):
    assert (fault, index, index) == found(verify_export(tampered(change), TRUST))


def test_an_entry_changed_together_with_the_stated_hashes_is_narrowed_down_by_earlier_checkpoints():
    assert (Fault.CHANGED, 250, 399) == found(
        verify_export(tampered(lambda leaves: put(leaves, 300, FORGED), hashes=None), TRUST)
    )
    only_final = tampered(lambda leaves: put(leaves, 300, FORGED), tiles=False, checkpoints=())
    assert (Fault.CHANGED, 0, 599) == found(verify_export(only_final, TRUST))


def test_a_checkpoint_kept_from_earlier_narrows_it_down_as_well():
    lines = tampered(lambda leaves: put(leaves, 300, FORGED), tiles=False, checkpoints=())
    known = [Checkpoint.parse(signed(size).text) for size in (300, 301)]
    assert (Fault.CHANGED, 300, 300) == found(verify_export(lines, Trust(LOG.verifier, known=known)))


def test_without_tiles_the_entries_own_numbers_tell_what_was_removed_or_moved():
    lines = written(tiles=False)
    assert (Fault.REMOVED, 7, 7) == found(verify_export(lines[:8] + lines[9:], TRUST))
    lines[8], lines[9] = lines[9], lines[8]
    assert (Fault.REORDERED, 7, 7) == found(verify_export(lines, TRUST))


def test_right_entries_under_wrong_numbers_are_out_of_order():
    lines = [line.replace(b'"index":41}', b'"index":40}') for line in written()]
    assert (Fault.REORDERED, 41, 41) == found(verify_export(lines, TRUST))


def test_a_hash_is_found_in_its_place_only_and_not_across_two_others():
    hashes = Hashes(bytearray(b"a" * 32 + b"b" * 32 + b"a" * 16 + b"b" * 16))
    across = b"a" * 16 + b"b" * 16
    assert [True, True, False] == [
        hashes.has(across, after=0),
        hashes.has(across, after=1),
        hashes.has(across, after=2),
    ]
    assert not Hashes(bytearray(b"a" * 32 + b"b" * 32)).has(across, after=-1)


def test_lost_tiles_do_not_make_right_entries_wrong():
    assert verify_export(written(tiles=False), TRUST).valid


@pytest.mark.parametrize("kept", [1, 4, 100, -1])
def test_an_export_without_its_last_line_is_cut_off(kept):
    lines = written(tiles=False)[:kept]
    entries = sum(b'"index"' in line for line in lines)
    assert (Fault.TRUNCATED, entries, None) == found(verify_export(lines, TRUST))


def test_an_export_cut_in_the_middle_of_a_line_is_cut_off():
    data = b"".join(written(tiles=False))[:5000]
    verdict = verify_export(data.splitlines(keepends=True), TRUST)
    assert (Fault.TRUNCATED, data.count(b"\n") - 1) == (verdict.fault, verdict.index)


def test_an_older_whole_export_passed_off_as_the_newest_is_seen_by_a_checkpoint_kept_from_then():
    older = written(LEAVES[:500])
    assert verify_export(older, TRUST).valid
    known = [Checkpoint.parse(signed(SIZE).text)]
    assert (Fault.TRUNCATED, 500, 599) == found(verify_export(older, Trust(LOG.verifier, known=known)))


def test_a_history_rewritten_and_signed_again_does_not_fit_an_earlier_checkpoint():
    leaves = [*LEAVES[:100], FORGED, *LEAVES[101:]]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    rewritten = written(leaves, checkpoints=(), final=signed(SIZE, hashes))
    assert verify_export(rewritten, TRUST).valid
    known = [Checkpoint.parse(signed(400).text)]
    assert Fault.INCONSISTENT == verify_export(rewritten, Trust(LOG.verifier, known=known)).fault
    known = [Checkpoint.parse(signed(SIZE).text)]
    assert Fault.INCONSISTENT == verify_export(rewritten, Trust(LOG.verifier, known=known)).fault


@pytest.mark.parametrize(
    "trust",
    [
        Trust(SignerKey("log.example/audit", Kind.ED25519, b"\3" * 32).verifier),
        Trust(SignerKey("log.example/other", Kind.ED25519, b"\1" * 32).verifier),
        Trust(LOG.verifier, origin="log.example/other"),
        Trust(LOG.verifier, witnesses=[WITNESS.verifier], quorum=1),
    ],
)
def test_an_export_that_is_not_signed_by_whom_the_checker_believes_is_refused(trust):
    assert Fault.UNSIGNED == verify_export(written(), trust).fault


def test_an_export_whose_earlier_checkpoint_is_forged_is_refused():
    lines = written()
    lines[-2] = export.checkpoint_line(str(signed(400)).replace("\n400\n", "\n401\n"))
    assert Fault.UNSIGNED == verify_export(lines, TRUST).fault


def test_an_export_with_enough_witnesses_is_valid():
    final = cosign(signed(SIZE), WITNESS, timestamp=1_795_512_000)
    trust = Trust(LOG.verifier, witnesses=[WITNESS.verifier], quorum=1)
    assert verify_export(written(final=final), trust).valid


def test_checkpoints_of_another_log_say_nothing_about_this_one():
    known = [Checkpoint("log.example/other", 400, merkle.root(HASHES[:400]))]
    assert Fault.UNSIGNED == verify_export(written(), Trust(LOG.verifier, known=known)).fault


def test_a_leaf_that_is_not_json_is_kept_as_its_bytes():
    leaves = [b"\x00\xff not json", b'{"b":1, "a":2}', *LEAVES[:5]]
    final = signed(7, [merkle.leaf_hash(leaf) for leaf in leaves])
    lines = written(leaves, checkpoints=(), final=final)
    assert [True, True, False] == [b'"leaf"' in line for line in lines[2:5]]
    assert verify_export(lines, TRUST).valid


SMALL = written(LEAVES[:6], checkpoints=(2, 4))


@given(st.integers(2, len(SMALL) - 1), st.data())
def test_no_single_byte_of_an_entry_or_checkpoint_can_be_changed_unseen(place, data):
    at = data.draw(st.integers(0, len(SMALL[place]) - 1))
    line = bytearray(SMALL[place])
    line[at] ^= data.draw(st.integers(1, 255))
    changed = b"".join([*SMALL[:place], bytes(line), *SMALL[place + 1 :]])
    assert not verify_export(changed.splitlines(keepends=True), TRUST).valid


@given(st.lists(st.sampled_from(SMALL) | st.binary(max_size=40), max_size=7))
def test_whatever_is_read_there_is_a_verdict(lines):
    assert not verify_export(lines, TRUST).valid


def selection(indices=(3, 77, 599), size=SIZE):
    lines = [export.header_line(LOG.verifier, complete=False)]
    lines += [export.entry_line(i, LEAVES[i], merkle.inclusion_proof(HASHES, i, size)) for i in indices]
    return [*lines, export.checkpoint_line(str(signed(size)), entries=len(indices))]


def test_a_selection_is_valid_and_says_that_others_may_be_missing():
    verdict = verify_export(selection(), TRUST)
    assert verdict.valid
    assert "whether others belong here is not shown" in verdict.message


def test_a_changed_entry_of_a_selection_is_named():
    lines = [line.replace(b"entry_77", b"entry_78") for line in selection()]
    assert (Fault.UNPROVED, 77, 77) == found(verify_export(lines, TRUST))


def test_a_selection_is_in_order_and_has_no_entry_twice():
    assert (Fault.REORDERED, 3, 3) == found(verify_export(selection((77, 3)), TRUST))
    assert (Fault.REORDERED, 77, 77) == found(verify_export(selection((77, 77)), TRUST))


def test_a_selection_with_a_line_taken_out_does_not_match_its_count():
    lines = selection()
    assert Fault.UNREADABLE == verify_export(lines[:2] + lines[3:], TRUST).fault


HEADER = {"format": "referral-audit-export/1", "origin": LOG.name, "key": str(LOG.verifier), "scope": "complete"}
NOTE = str(signed(1))


@pytest.mark.parametrize(
    "line",
    [
        b"\n", b"[]\n", b"nonsense\n", b'{"index":0}\n', b'{"index":0,"entry":{},"leaf":""}\n', b'{"index":0,"leaf":"*"}\n',
        b'{"index":-1,"entry":{}}\n', b'{"index":true,"entry":{}}\n', b'{"index":0.5,"entry":{}}\n', b'{"index":0,"leaf":5}\n',
        b'{"index":0,"index":0,"entry":{}}\n', b'{"index":9223372036854775808,"entry":{}}\n', b'{"index":1e999,"entry":{}}\n',
        b'{"index":0,"entry":{"a":1,"a":2}}\n', b'{"index":0,"entry":{"a":NaN}}\n', b'{"index":0,"entry":{},"proof":[]}\n',
        b'{"tile":1,"hashes":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}\n', b'{"tile":0,"hashes":""}\n', b'{"tile":0,"hashes":"AAAA"}\n', b'{"checkpoint":5}\n',
        b'{"index":0,"entry":"\xff"}\n', b'{"index":0,"entry":' + b"[" * 9000 + b"]" * 9000 + b"}\n",
        canonical.dumps({"checkpoint": NOTE, "entries": "0"}) + b"\n", canonical.dumps(HEADER) + b"\n",
    ],
)  # fmt: skip
def test_a_line_that_is_not_of_the_format_is_named_by_its_number(line):
    lines = written(LEAVES[:1], tiles=False, checkpoints=())
    verdict = verify_export([lines[0], line, *lines[1:]], TRUST)
    assert Fault.UNREADABLE == verdict.fault
    assert verdict.message.startswith("Line 2 ")


@pytest.mark.parametrize(
    "change",
    [
        {"format": "referral-audit-export/2"}, {"origin": 5}, {"scope": "all"}, {"more": 1}, {"key": "nonsense"},
    ],
)  # fmt: skip
def test_another_header_is_not_read(change):
    lines = written()
    assert Fault.UNREADABLE == verify_export([canonical.dumps(HEADER | change) + b"\n", *lines[1:]], TRUST).fault


def test_a_header_of_another_log_than_the_checkpoint_is_refused():
    lines = written()
    lines[0] = canonical.dumps(HEADER | {"origin": "log.example/other"}) + b"\n"
    assert Fault.UNREADABLE == verify_export(lines, TRUST).fault


def test_nothing_at_all_and_something_after_the_end_are_not_exports():
    assert Fault.UNREADABLE == verify_export([], TRUST).fault
    assert Fault.UNREADABLE == verify_export([*written(), export.entry_line(SIZE, b"{}")], TRUST).fault


def inclusion(change=None, *, index=77, size=SIZE):
    proof = merkle.inclusion_proof(HASHES, index, size)
    return {
        "index": index,
        "tree_size": size,
        "leaf_hash": b64encode(HASHES[index]).decode(),
        "root_hash": b64encode(merkle.root(HASHES[:size])).decode(),
        "hashes": [b64encode(step).decode() for step in proof],
        "checkpoint": str(signed(size)),
    } | (change or {})


def consistency(change=None, *, first=250, second=SIZE):
    proof = merkle.consistency_proof(HASHES, first, second)
    return {
        "first_size": first,
        "second_size": second,
        "first_root": b64encode(merkle.root(HASHES[:first])).decode(),
        "second_root": b64encode(merkle.root(HASHES[:second])).decode(),
        "hashes": [b64encode(step).decode() for step in proof],
    } | (change or {})


def test_a_proof_of_inclusion_holds_with_and_without_the_entry_itself():
    assert verify_proof(inclusion(), TRUST).valid
    assert verify_proof(inclusion(), TRUST, leaf=LEAVES[77]).valid
    assert Fault.UNPROVED == verify_proof(inclusion(), TRUST, leaf=LEAVES[78]).fault


def test_a_proof_in_another_tree_of_the_same_size_is_refused():
    leaves = [merkle.leaf_hash(FORGED), *HASHES[1:]]
    proof = merkle.inclusion_proof(leaves, 77, SIZE)
    change = {
        "root_hash": b64encode(merkle.root(leaves)).decode(),
        "hashes": [b64encode(step).decode() for step in proof],
    }
    assert verify_proof(inclusion(change)).valid
    assert Fault.UNPROVED == verify_proof(inclusion(change), TRUST).fault


def test_a_proof_of_inclusion_without_a_key_says_that_nobody_is_known_to_have_signed():
    assert "who signed is not shown" in verify_proof(inclusion()).message


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"index": 78}, Fault.UNPROVED),
        ({"index": "77"}, Fault.UNPROVED),
        ({"index": 77.0}, Fault.UNPROVED),
        ({"tree_size": 599}, Fault.UNPROVED),
        ({"tree_size": None}, Fault.UNPROVED),
        ({"hashes": []}, Fault.UNPROVED),
        ({"checkpoint": str(signed(400))}, Fault.UNPROVED),
        ({"checkpoint": str(signed(SIZE)).replace("600", "601")}, Fault.UNSIGNED),
        ({"checkpoint": "nonsense"}, Fault.UNSIGNED),
        ({"hashes": None}, Fault.UNREADABLE),
        ({"hashes": [5]}, Fault.UNREADABLE),
        ({"hashes": ["AAAA"]}, Fault.UNREADABLE),
        ({"leaf_hash": 5}, Fault.UNREADABLE),
        ({"root_hash": "*"}, Fault.UNREADABLE),
        ({"checkpoint": None}, Fault.UNREADABLE),
    ],
)
def test_a_proof_of_inclusion_that_does_not_hold_is_refused(change, fault):
    assert fault == verify_proof(inclusion(change), TRUST).fault


@pytest.mark.parametrize("member", ["index", "tree_size", "leaf_hash", "root_hash", "hashes", "checkpoint"])
def test_a_proof_of_inclusion_lacks_nothing(member):
    proof = inclusion()
    del proof[member]
    assert Fault.UNREADABLE == verify_proof(proof, TRUST).fault


def test_a_proof_of_consistency_holds_and_fits_what_was_seen_earlier():
    known = [Checkpoint.parse(signed(size).text) for size in (250, SIZE)]
    assert verify_proof(consistency(), Trust(known=known)).valid
    other = [Checkpoint(LOG.name, 250, HASHES[0])]
    assert Fault.INCONSISTENT == verify_proof(consistency(), Trust(known=other)).fault


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"first_size": 251}, Fault.INCONSISTENT),
        ({"first_size": 0}, Fault.INCONSISTENT),
        ({"second_size": 249}, Fault.INCONSISTENT),
        ({"first_root": b64encode(HASHES[0]).decode()}, Fault.INCONSISTENT),
        ({"hashes": []}, Fault.INCONSISTENT),
        ({"hashes": "AAAA"}, Fault.UNREADABLE),
        ({"second_root": None}, Fault.UNREADABLE),
    ],
)
def test_a_proof_of_consistency_that_does_not_hold_is_refused(change, fault):
    assert fault == verify_proof(consistency(change)).fault


def test_a_checkpoint_is_checked_against_keys_witnesses_and_what_was_seen_earlier():
    note = str(cosign(signed(400), WITNESS, timestamp=1_795_512_000))
    trust = Trust(LOG.verifier, witnesses=[WITNESS.verifier], quorum=1)
    assert "1 known witnesses" in verify_checkpoint(note, trust).message
    assert Fault.UNSIGNED == verify_checkpoint(str(signed(400)), trust).fault
    assert Fault.UNSIGNED == verify_checkpoint(note, Trust()).fault
    known = [Checkpoint.parse(signed(SIZE).text)]
    assert Fault.TRUNCATED == verify_checkpoint(note, Trust(LOG.verifier, known=known)).fault


def run(tmp_path, capsys, content, *options):
    file = tmp_path / "file"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    status = main([str(file), "--key", str(LOG.verifier), *options])
    return status, capsys.readouterr().out.partition(":")[0]


def test_the_command_tells_an_export_a_proof_and_a_checkpoint_apart(tmp_path, capsys):
    known, leaf = tmp_path / "known", tmp_path / "leaf"
    known.write_text(str(signed(250)))
    leaf.write_bytes(LEAVES[77])
    assert (0, "valid") == run(tmp_path, capsys, b"".join(written()), "--known", str(known))
    assert (1, "changed") == run(tmp_path, capsys, b"".join(written()).replace(b"entry_9", b"entry_8"))
    assert (0, "valid") == run(tmp_path, capsys, json.dumps(inclusion(), indent=1), "--leaf", str(leaf))
    assert (0, "valid") == run(tmp_path, capsys, json.dumps(consistency()), "--known", str(known))
    assert (0, "valid") == run(tmp_path, capsys, str(signed(250)))
    assert (1, "unsigned") == run(tmp_path, capsys, str(signed(250)).replace("250", "251"))
    assert (1, "unsigned") == run(
        tmp_path, capsys, str(signed(250)), "--witness", str(WITNESS.verifier), "--quorum", "1"
    )
    assert (1, "unreadable") == run(tmp_path, capsys, '{"index": 1, "index": 2}')


@pytest.mark.parametrize("options", [["nowhere"], ["nowhere", "--key", "nonsense"], []])
def test_a_wrong_command_is_a_status_of_its_own(options, capsys):
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert 2 == ended.value.code
    assert "usage" in capsys.readouterr().err


def test_the_verifier_runs_from_its_own_files_without_the_server(tmp_path):
    home = Path(referral_api.__file__).parent
    alone = tmp_path / "alone" / "referral_api"
    (alone / "audit").mkdir(parents=True)
    (alone / "__init__.py").touch()
    for name in (
        "__init__",
        "merkle",
        "subtrees",
        "canonical",
        "note",
        "checkpoint",
        "reading",
        "tampering",
        "trust",
        "checking",
        "signed_file",
        "verifier",
    ):
        shutil.copy(home / "audit" / f"{name}.py", alone / "audit")
    file = tmp_path / "export.ndjson"
    file.write_bytes(b"".join(written()))
    script = (
        "import sys; from referral_api.audit import verifier; status = verifier.main(sys.argv[1:]); "
        "assert not {m.partition('.')[0] for m in sys.modules} & {'flask', 'sqlalchemy', 'marshmallow'}; sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(file), "--key", str(LOG.verifier)],
        cwd=alone.parent, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (0, "", "valid: All 600 entries are as they were signed.\n") == (done.returncode, done.stderr, done.stdout)


def test_a_note_read_back_from_an_export_is_the_note_that_was_signed():
    last = canonical.loads(written()[-1])
    assert signed(SIZE) == Note.parse(last["checkpoint"].encode())


def without(archived, *, hashes=HASHES):
    """The signed log of 600 from which these entries were archived."""
    lines = written()
    first = next(place for place, line in enumerate(lines) if b'"index":0' in line)
    for index in archived:
        lines[first + index] = export.archived_line(index, hashes[index])
    return lines


def test_an_archived_entry_stands_as_its_hash_and_is_counted():
    verdict = verify_export(without((3, 77, 598)), TRUST)
    assert (True, 3) == (verdict.valid, verdict.archived)
    assert "3 of them are archived" in verdict.message


def test_with_every_archive_each_entry_was_seen():
    verdict = verify_export(without((3, 77, 598)), TRUST, [selection((3,)), selection((77, 598))])
    assert (True, "All 600 entries are as they were signed, 3 of them in archives.") == (verdict.valid, verdict.message)


REWRITTEN = signed(SIZE, [merkle.leaf_hash(FORGED), *HASHES[1:]])


@pytest.mark.parametrize(
    ("archives", "fault", "index"),
    [
        ([selection((3,))], Fault.REMOVED, 77),
        ([without((3, 77))], Fault.REMOVED, 3),
        ([[line.replace(b"entry_77", b"entry_78") for line in selection((3, 77))]], Fault.UNPROVED, 77),
        ([selection((3, 77))[:-1]], Fault.TRUNCATED, 2),
        ([[export.header_line(LOG.verifier, complete=True), export.checkpoint_line(str(signed(2, [HASHES[1], HASHES[0]])), entries=0)]],
         Fault.TRUNCATED, 0),
        ([written([FORGED, *LEAVES[1:]], checkpoints=(), final=REWRITTEN)], Fault.INCONSISTENT, None),
    ],
)  # fmt: skip
def test_an_archive_that_lacks_an_entry_or_does_not_hold_is_refused(archives, fault, index):
    verdict = verify_export(without((3, 77)), TRUST, archives)
    assert (fault, index) == (verdict.fault, verdict.index)


def test_a_hash_that_is_not_the_signed_one_is_changed_archived_or_not():
    assert (Fault.CHANGED, 5, 5) == found(verify_export(without((5,), hashes=[bytes(32)] * 6), TRUST))


def test_the_command_takes_archives_beside_an_export(tmp_path, capsys):
    rest, archive = tmp_path / "rest.ndjson", tmp_path / "old.ndjson"
    rest.write_bytes(b"".join(without((3, 77))))
    archive.write_bytes(b"".join(selection((3, 77))))
    assert 0 == main([str(rest), "--key", str(LOG.verifier), "--archive", str(archive)])
    assert capsys.readouterr().out.endswith("2 of them in archives.\n")
