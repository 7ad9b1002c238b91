"""Signed notes, checkpoints and cosignatures: as other programs write them, and nothing looser."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from referral_api.audit.checkpoint import Checkpoint, cosign, open_checkpoint, sign_checkpoint, with_cosignature
from referral_api.audit.merkle import EMPTY_ROOT, leaf_hash
from referral_api.audit.note import Kind, Note, NoteError, Signature, SignerKey, VerifierKey, sign

# The example of golang.org/x/mod/sumdb/note, that of C2SP signed-note, and a tree head of Go's checksum database.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_HEAD = (
    "go.sum database tree\n65209736\n5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=\n\n"
    "— sum.golang.org Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKdsQ8=\n"
)
LOG = SignerKey("log.example/audit", Kind.ED25519, b"\1" * 32)
ROOT = leaf_hash(b"root")
WITNESSES = [SignerKey(f"witness.example/w{n}", Kind.COSIGNATURE, bytes([n + 2]) * 32) for n in range(3)]
CHECKPOINT = sign_checkpoint(LOG, size=7, root=ROOT)
NOW = 1_795_512_000


def keys(*lines):
    return [VerifierKey.parse(line) for line in lines]


def witnessed(count):
    note = CHECKPOINT
    for witness in WITNESSES[:count]:
        note = cosign(note, witness, timestamp=NOW)
    return note


def test_signing_gives_the_published_bytes():
    signer = SignerKey.parse(PETER_PRIVATE)
    assert TEXT + "\n" + PETER_LINE == str(sign(TEXT, signer))
    assert (PETER, PETER_PRIVATE) == (str(signer.verifier), signer.line())


@pytest.mark.parametrize(
    ("note", "key", "text"),
    [
        (SPEC_NOTE, SPEC_KEY, "This is an example message.\n"),
        (TEXT + "\n" + PETER_LINE, PETER, TEXT),
        (GO_HEAD, GO_KEY, GO_HEAD.rpartition("\n\n")[0] + "\n"),
    ],
)
def test_notes_of_other_programs_verify(note, key, text):
    parsed = Note.parse(note.encode())
    assert (text, note) == (parsed.text, str(parsed))
    assert keys(key) == [signed.key for signed in parsed.verify(keys(key))]


def test_the_head_of_another_log_opens_under_its_own_origin():
    opened = open_checkpoint(Note.parse(GO_HEAD.encode()), keys(GO_KEY)[0], origin="go.sum database tree")
    assert 65209736 == opened.checkpoint.size


def test_each_known_signer_is_told_and_unknown_ones_are_passed_over():
    note = Note.parse((TEXT + "\n" + PETER_LINE + ENOCH_LINE).encode())
    assert keys(PETER, ENOCH) == [signed.key for signed in note.verify(keys(PETER, ENOCH))]
    assert keys(ENOCH) == [signed.key for signed in note.verify(keys(ENOCH))]


@pytest.mark.parametrize("trusted", [[], [SPEC_KEY]])
def test_a_note_that_nobody_known_signed_is_refused(trusted):
    with pytest.raises(NoteError, match="not signed by a known key"):
        Note.parse((TEXT + "\n" + PETER_LINE).encode()).verify(keys(*trusted))


def test_one_false_signature_of_a_known_key_spoils_the_note():
    false = Signature("EnochRoot", keys(ENOCH)[0].id, b"\0" * 64)
    note = Note.parse((TEXT + "\n" + PETER_LINE + str(false)).encode())
    with pytest.raises(NoteError, match="EnochRoot does not hold"):
        note.verify(keys(PETER, ENOCH))


@pytest.mark.parametrize("length", [1, 63, 65, 72])
def test_a_signature_of_another_length_does_not_hold(length):
    note = Note(TEXT, (Signature("PeterNeumann", keys(PETER)[0].id, b"\0" * length),))
    with pytest.raises(NoteError, match="does not hold"):
        note.verify(keys(PETER))


def test_a_changed_text_is_refused():
    with pytest.raises(NoteError, match="does not hold"):
        Note.parse((TEXT.upper() + "\n" + PETER_LINE).encode()).verify(keys(PETER))


PETER_64 = PETER_LINE.split()[2]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT.encode(),
        (TEXT + PETER_LINE).encode(),
        (TEXT + "\n").encode(),
        (TEXT + "\n" + PETER_LINE[:-1]).encode(),
        (TEXT + "\n" + PETER_LINE + "\n").encode(),
        (TEXT + "\r\n" + PETER_LINE).encode(),
        (TEXT + "\n" + PETER_LINE).replace("\n", "\r\n").encode(),
        (TEXT + "\x01\n\n" + PETER_LINE).encode(),
        (TEXT + "\t\n\n" + PETER_LINE).encode(),
        TEXT.encode() + b"\xff\n\n" + PETER_LINE.encode(),
        (TEXT + "\n" + PETER_LINE.replace("—", "-")).encode(),
        (TEXT + "\n" + PETER_LINE.replace("— ", "—")).encode(),
        (TEXT + "\n— Peter Neumann " + PETER_64 + "\n").encode(),
        (TEXT + "\n— Peter+Neumann " + PETER_64 + "\n").encode(),
        (TEXT + "\n— Peter\N{NO-BREAK SPACE}Neumann " + PETER_64 + "\n").encode(),
        (TEXT + "\n—  " + PETER_64 + "\n").encode(),
        (TEXT + "\n— PeterNeumann " + PETER_64[:-1] + "\n").encode(),
        (TEXT + "\n— PeterNeumann " + PETER_64.replace("M=", "N=") + "\n").encode(),
        (TEXT + "\n— PeterNeumann " + PETER_64.replace("/", "_") + "\n").encode(),
        (TEXT + "\n— PeterNeumann x08goA==\n— PeterNeumann x08g\n").encode(),
        (TEXT + "\n" + PETER_LINE * 101).encode(),
        (TEXT * 20_000 + "\n" + PETER_LINE).encode(),
    ],
)
def test_what_another_reader_might_read_otherwise_is_refused(data):
    with pytest.raises(NoteError):
        Note.parse(data)


def test_a_text_may_hold_empty_lines_and_ends_at_the_last_one():
    text = "Ognuno sta solo\n\n\nsul cuor della terra\n"
    assert text == Note.parse(str(sign(text, LOG)).encode()).text


@pytest.mark.parametrize("text", ["", "no newline", "tab\there\n", "\ud800\n"])
def test_a_text_that_could_not_be_read_back_is_not_signed(text):
    with pytest.raises(NoteError):
        sign(text, LOG)


@pytest.mark.parametrize(
    "line",
    [
        "", "PeterNeumann", "PeterNeumann+c74f20a3", PETER.replace("c74f20a3", "c74f20a4"), PETER + "=",
        PETER.replace("c74f20a3", "C74F20A3"), PETER.replace("PeterNeumann", ""), PETER.replace("Peter", "Peter "),
        PETER.replace("+ARpc", "+AhpC"), PETER[:-4], " " + PETER, PETER_PRIVATE,
    ],
)  # fmt: skip
def test_a_malformed_verifier_key_is_refused(line):
    with pytest.raises(NoteError):
        VerifierKey.parse(line)


@pytest.mark.parametrize("line", ["", PETER, PETER_PRIVATE[:-4], PETER_PRIVATE.replace("c74f20a3", "00000000")])
def test_a_malformed_signer_key_is_refused(line):
    with pytest.raises(NoteError):
        SignerKey.parse(line)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_new_key_reads_back_from_its_line_and_hides_its_seed(kind):
    key = SignerKey.generate("log.example/new", kind)
    assert (key, key.verifier) == (SignerKey.parse(key.line()), VerifierKey.parse(str(key.verifier)))
    assert repr(key.seed) not in repr(key)


@pytest.mark.parametrize("name", ["", "has space", "has+plus", "has\nnewline", "has\u2003space"])
def test_a_key_has_no_name_that_could_not_be_read_back(name):
    with pytest.raises(NoteError, match="key name"):
        SignerKey.generate(name)


def test_one_key_has_another_id_as_a_witness():
    assert VerifierKey("w", Kind.ED25519, b"\1" * 32).id != VerifierKey("w", Kind.COSIGNATURE, b"\1" * 32).id


def test_two_keys_that_share_a_name_and_an_id_are_not_trusted_together():
    twins = [VerifierKey("w", Kind.ED25519, number.to_bytes(32, "big")) for number in (19325, 103965)]
    assert twins[0].id == twins[1].id
    with pytest.raises(NoteError, match="share a name and an id"):
        CHECKPOINT.verify([LOG.verifier, *twins])


def test_a_checkpoint_is_origin_size_and_root():
    assert f"log.example/audit\n7\n{b64encode(ROOT).decode()}\n" == CHECKPOINT.text
    assert Checkpoint("log.example/audit", 7, ROOT) == open_checkpoint(CHECKPOINT, LOG.verifier).checkpoint


def test_extension_lines_of_other_logs_are_kept():
    text = f"o\n0\n{b64encode(EMPTY_ROOT).decode()}\nmore\nand more\n"
    assert ("more", "and more") == Checkpoint.parse(text).extensions
    assert text == Checkpoint.parse(text).text()


ROOT_64 = b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "o\n7\n", f"\n7\n{ROOT_64}\n", f"o\n07\n{ROOT_64}\n", f"o\n+7\n{ROOT_64}\n", f"o\n-7\n{ROOT_64}\n",
        f"o\n7\n{ROOT_64}", f"o\n7\n{ROOT_64}\n\n", f"o\n7\n{ROOT_64}\n\nmore\n", "o\n7\nAAAA\n", f"o\n7\n{ROOT_64[:-1]}\n",
        f"o\n 7\n{ROOT_64}\n", f"o\n٧\n{ROOT_64}\n", f"o\n{2**63}\n{ROOT_64}\n", f"o\n{10**30}\n{ROOT_64}\n",
        f"o\n0\n{ROOT_64}\n",
    ],
)  # fmt: skip
def test_a_text_that_is_not_exactly_a_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


def test_a_checkpoint_under_another_origin_is_refused():
    impostor = SignerKey("impostor.example/log", Kind.ED25519, b"\7" * 32)
    with pytest.raises(NoteError, match="another log"):
        open_checkpoint(sign(CHECKPOINT.text, impostor), impostor.verifier)


def test_a_cosignature_is_the_time_and_a_signature_over_header_time_and_text():
    line = witnessed(1).signatures[1]
    assert NOW.to_bytes(8, "big") == line.signature[:8]
    message = f"cosignature/v1\ntime {NOW}\n".encode() + CHECKPOINT.text.encode()
    assert Ed25519PrivateKey.from_private_bytes(b"\2" * 32).sign(message) == line.signature[8:]
    Ed25519PublicKey.from_public_bytes(WITNESSES[0].verifier.public).verify(line.signature[8:], message)
    assert 4 + 8 + 64 == len(b64decode(str(line).split()[2]))


def test_a_quorum_of_witnesses_is_counted_with_their_times():
    opened = open_checkpoint(
        witnessed(2), LOG.verifier, witnesses=[witness.verifier for witness in WITNESSES], quorum=2
    )
    assert [(WITNESSES[n].verifier, NOW) for n in range(2)] == [(s.key, s.timestamp) for s in opened.cosignatures]


def short(note, witnesses, quorum):
    with pytest.raises(NoteError, match=f"of the {quorum} cosignatures"):
        open_checkpoint(note, LOG.verifier, witnesses=witnesses, quorum=quorum)


def test_too_few_witnesses_are_not_a_quorum():
    short(witnessed(1), [witness.verifier for witness in WITNESSES], 2)


def test_a_witness_that_signs_twice_counts_once():
    short(cosign(witnessed(1), WITNESSES[0], timestamp=NOW + 1), [WITNESSES[0].verifier, WITNESSES[1].verifier], 2)


def test_a_witness_under_two_names_counts_once():
    again = SignerKey("other.example/name", Kind.COSIGNATURE, WITNESSES[0].seed)
    short(cosign(witnessed(1), again, timestamp=NOW), [WITNESSES[0].verifier, again.verifier], 2)


def test_the_log_is_not_its_own_witness():
    itself = SignerKey("friend.example/w", Kind.COSIGNATURE, LOG.seed)
    short(cosign(CHECKPOINT, itself, timestamp=NOW), [itself.verifier], 1)


def test_witnesses_alone_do_not_make_a_checkpoint():
    note = witnessed(3)
    with pytest.raises(NoteError, match="not signed by a known key"):
        open_checkpoint(Note(note.text, note.signatures[1:]), LOG.verifier, witnesses=[WITNESSES[0].verifier], quorum=1)


def test_a_cosignature_moved_to_another_time_does_not_hold():
    line = witnessed(1).signatures[1]
    moved = Signature(line.name, line.key_id, (NOW + 1).to_bytes(8, "big") + line.signature[8:])
    with pytest.raises(NoteError, match="does not hold"):
        open_checkpoint(
            Note(CHECKPOINT.text, (CHECKPOINT.signatures[0], moved)), LOG.verifier, witnesses=[WITNESSES[0].verifier]
        )


@pytest.mark.parametrize("timestamp", [-1, 2**63])
def test_a_cosignature_has_a_time_in_range(timestamp):
    with pytest.raises(NoteError, match="out of range"):
        cosign(CHECKPOINT, WITNESSES[0], timestamp=timestamp)


def test_a_time_out_of_range_is_not_read():
    line = witnessed(1).signatures[1]
    late = Signature(line.name, line.key_id, b"\xff" * 8 + line.signature[8:])
    with pytest.raises(NoteError, match="out of range"):
        Note(CHECKPOINT.text, (late,)).verify([WITNESSES[0].verifier])


def test_keys_sign_only_as_what_they_are():
    with pytest.raises(NoteError, match="has a time"):
        sign(CHECKPOINT.text, WITNESSES[0])
    with pytest.raises(NoteError, match="has a time"):
        cosign(CHECKPOINT, LOG, timestamp=NOW)
    with pytest.raises(NoteError, match="witness's key"):
        sign_checkpoint(WITNESSES[0], size=7, root=ROOT)
    with pytest.raises(NoteError, match="different types"):
        open_checkpoint(CHECKPOINT, LOG.verifier, witnesses=[keys(PETER)[0]])


def test_a_line_that_a_witness_sends_is_added_once_and_only_if_it_holds():
    witness, other = WITNESSES[0].verifier, WITNESSES[1].verifier
    line = str(WITNESSES[0].sign(CHECKPOINT.text, timestamp=NOW))
    assert witnessed(1) == with_cosignature(CHECKPOINT, line, witness)
    assert witnessed(1) == with_cosignature(witnessed(1), line, witness)
    elsewhere = sign_checkpoint(LOG, size=8, root=ROOT)
    for note, key in [(elsewhere, witness), (CHECKPOINT, other), (CHECKPOINT, LOG.verifier)]:
        with pytest.raises(NoteError):
            with_cosignature(note, line, key)
    for bad in ["", line + line, line + "\n", "x" + line, str(LOG.sign(CHECKPOINT.text))]:
        with pytest.raises(NoteError):
            with_cosignature(CHECKPOINT, bad, witness)


def test_only_a_checkpoint_is_cosigned():
    with pytest.raises(NoteError, match="a checkpoint is"):
        cosign(sign(TEXT, LOG), WITNESSES[0], timestamp=NOW)
