from __future__ import annotations

import doctest
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas.identifiers as public
from schemas.certainty import Certainty
from schemas.identifiers import common, finess, idnat, ins, oid, rpps, siret

DIGITS = "0123456789"


def codes(problems):
    return [problem.code for problem in problems]


def digits(count):
    return st.text(DIGITS, min_size=count, max_size=count)


# --- INS ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["279035121518989", "277076322082910"])
def test_ins_samples_with_a_right_key(text):
    assert ins.check(text) == ()
    assert str(ins.parse(text)) == text


def test_ins_of_a_sample_with_a_wrong_key_warns_but_reads():
    assert str(ins.parse("221042545611404")) == "221042545611404"

    (problem,) = ins.check("221042545611404")
    assert problem.code == "ins.key"
    assert not problem.certainty.may_fail
    assert "04" in problem.text.fr
    assert "04" in problem.text.en


def test_ins_parts():
    matricule = ins.parse("279035121518989")

    assert (matricule.sex, matricule.year, matricule.month, matricule.department) == ("F", 79, 3, "51")
    assert not matricule.temporary


@pytest.mark.parametrize(
    ("first", "sex", "temporary"),
    [
        ("1", "M", False),
        ("2", "F", False),
        ("3", "M", True),
        ("4", "F", True),
        ("7", "M", True),
        ("8", "F", True),
    ],
)
def test_ins_first_digit(first, sex, temporary):
    matricule = ins.parse(first + "79035121518989"[:14])

    assert (matricule.sex, matricule.temporary) == (sex, temporary)


@pytest.mark.parametrize(("department", "counted"), [("2A", "19"), ("2B", "18")])
def test_ins_of_corsica_counts_its_letter_as_digits(department, counted):
    number = f"18505{department}004012"
    key = ins.key_of(number)

    assert key == f"{97 - int(number.replace(department, counted)) % 97:02}"
    assert ins.check(number + key) == ()
    assert ins.parse(number + key).department == department


@pytest.mark.parametrize("month", ["01", "12", "20", "42", "50", "99"])
def test_ins_months_accepted(month):
    number = f"279{month}51215189"
    assert ins.check(number + ins.key_of(number)) == ()


@pytest.mark.parametrize("month", ["00", "13", "19", "43", "49"])
def test_ins_months_refused(month):
    number = f"279{month}51215189"
    assert codes(ins.check(number + ins.key_of(number))) == ["ins.month"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2790351215189",
        "27903512151898",
        "2790351215189890",
        "579035121518989",
        "27903512151898X",
        "27903 5121518989",
        "2790A5121518989",
        "27903C121518989",
        "279032C21518989",
        "２79035121518989",
        " 79035121518989",
        "279035121518989\n",
        "279032a21518989",
    ],
)
def test_ins_wrong_forms(text):
    with pytest.raises(ins.InsError, match="matricule INS"):
        ins.parse(text)
    assert codes(ins.check(text)) == ["ins.form"]


@given(
    st.sampled_from("123478"),
    digits(2),
    st.integers(1, 12),
    st.sampled_from(["01", "75", "2A", "2B", "99"]),
    digits(6),
)
def test_ins_any_number_with_its_key_passes(sex, year, month, department, rest):
    number = f"{sex}{year}{month:02}{department}{rest}"
    assert ins.check(number + ins.key_of(number)) == ()


@given(st.sampled_from("12"), digits(12), st.integers(0, 12), st.sampled_from(DIGITS))
def test_ins_one_changed_digit_is_seen(sex, rest, place, digit):
    number = sex + rest
    changed = number[:place] + digit + number[place + 1 :]
    if changed == number or (place == 0 and digit not in "123478"):
        return
    assert "ins.key" in codes(ins.check(changed + ins.key_of(number)))


def test_ins_key_of_refuses_what_is_no_number():
    with pytest.raises(ins.InsError):
        ins.key_of("279")


def test_ins_oids():
    assert ins.InsOid("1.2.250.1.213.1.4.8") is ins.InsOid.NIR
    assert [each.for_test for each in ins.InsOid] == [False, False, True, True]
    with pytest.raises(ValueError, match="is not a valid"):
        ins.InsOid(ins.INS_C_OID)


def test_patient_address_goes_there_and_back():
    matricule = ins.parse("279035121518989")

    assert ins.patient_address(matricule) == "279035121518989@patient.mssante.fr"
    assert ins.parse_address("279035121518989@PATIENT.mssante.fr") == matricule


@pytest.mark.parametrize(
    "address",
    [
        "27707279035121518989@patient.mssante.fr",
        "279035121518989@medecin.mssante.fr",
        "279035121518989",
        "@",
        "",
    ],
)
def test_other_addresses_are_no_patients(address):
    with pytest.raises(ins.InsError):
        ins.parse_address(address)


# --- RPPS --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "10101343233",
        "10000001916",
        "10000005479",
        "10001045367",
        "99700366240",
        "99700218896",
        "99700427885",
        "99700245667",
    ],
)
def test_rpps_real_and_test_numbers(text):
    assert rpps.check(text) == ()
    assert rpps.parse(text).fictitious is text.startswith("99700")


@pytest.mark.parametrize("text", ["10003461033", "10102727017", "10001766123"])
def test_rpps_of_documentation_warn(text):
    assert str(rpps.parse(text)) == text
    (problem,) = rpps.check(text)
    assert problem.code == "rpps.key"
    assert not problem.certainty.may_fail


@pytest.mark.parametrize(
    "text", ["", "1000000191", "810000001916", "1000000191X", "１0000001916", "10000001916 "]
)
def test_rpps_wrong_forms(text):
    with pytest.raises(rpps.RppsError, match="11 chiffres"):
        rpps.parse(text)
    assert codes(rpps.check(text)) == ["rpps.form"]


def test_rpps_outside_the_known_ranges():
    assert "rpps.range" in codes(rpps.check("20000001915"))


# --- FINESS ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["0B0172805", "1B0062023", "0B0078671"])
def test_finess_fictitious_have_no_key(text):
    assert finess.check(text) == ()
    assert finess.parse(text).fictitious
    assert finess.parse(text).key_is_valid is None


@pytest.mark.parametrize("text", ["2A0000014", "2B0000020"])
def test_finess_of_corsica(text):
    assert finess.check(text) == ()
    assert not finess.parse(text).fictitious
    assert finess.parse(text).department == text[:2]


def test_finess_key():
    assert finess.check("750100125") == ()
    assert finess.parse("750100125").key_is_valid
    assert codes(finess.check("754567860")) == ["finess.key"]


@pytest.mark.parametrize(
    "text", ["", "75010012", "7501001250", "B50100125", "75B100125", "7b0100125", "75010012é"]
)
def test_finess_wrong_forms(text):
    with pytest.raises(finess.FinessError, match="9 caractères"):
        finess.parse(text)
    assert codes(finess.check(text)) == ["finess.form"]


# --- SIREN, SIRET ------------------------------------------------------------------------------------------


def test_siret_of_la_poste():
    assert siret.check("35600000000048") == ()  # head office: Luhn
    assert common.luhn_valid("35600000000048")
    # another establishment: the digits add up to a multiple of 5, Luhn fails
    assert not common.luhn_valid("35600000009075")
    assert siret.check("35600000009075") == ()
    assert codes(siret.check("35600000009076")) == ["siret.key"]


def test_the_exception_is_for_la_poste_only():
    other = "73282932000077"
    assert siret.check("73282932000074") == ()
    assert sum(map(int, other)) % 5 == 0
    assert codes(siret.check(other)) == ["siret.key"]


def test_siret_parts():
    value = siret.parse("73282932000074")

    assert (value.siren.number, value.nic, str(value)) == ("732829320", "00074", "73282932000074")
    assert value.siren.key_is_valid


def test_siret_tells_a_wrong_siren_too():
    assert "siren.key" in codes(siret.check("73282932100074"))


@pytest.mark.parametrize(
    "text", ["", "7328293200007", "732829320000740", "7328293200007X", "732 829 320 00074"]
)
def test_siret_wrong_forms(text):
    with pytest.raises(siret.SiretError, match="14 chiffres"):
        siret.parse(text)
    assert codes(siret.check(text)) == ["siret.form"]


@pytest.mark.parametrize("text", ["", "73282932", "7328293200", "73282932X"])
def test_siren_wrong_forms(text):
    with pytest.raises(siret.SirenError, match="9 chiffres"):
        siret.parse_siren(text)
    assert codes(siret.check_siren(text)) == ["siren.form"]


# --- Luhn --------------------------------------------------------------------------------------------------


@given(st.text(DIGITS, min_size=1, max_size=30))
def test_luhn_exactly_one_last_digit_passes(body):
    assert sum(common.luhn_valid(body + last) for last in DIGITS) == 1


@given(st.text(DIGITS, min_size=2, max_size=20), st.data())
def test_luhn_sees_every_single_wrong_digit(text, data):
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([digit for digit in DIGITS if digit != text[place]]))
    changed = text[:place] + other + text[place + 1 :]

    assert not (common.luhn_valid(text) and common.luhn_valid(changed))


# --- OID ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["1.2.250.1.213.1.4.8", "2.16.840.1.113883.6.1", "0.9", "2.999", "1.3.2", "2.0.0"]
)
def test_oids(text):
    assert oid.check(text) == ()
    assert oid.parse(text).urn == f"urn:oid:{text}"
    assert oid.parse(f"urn:oid:{text}") == oid.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.",
        ".1.2",
        "1..2",
        "3.1",
        "1.40",
        "0.40.1",
        "1.2.03",
        "1.2.a",
        "1.2.250 ",
        "1.2.250\n",
        "1.2.-1",
        "1.02",
        "2." + "1" * 2_000,
        "١.2",
    ],
)
def test_wrong_oids(text):
    with pytest.raises(oid.OidError, match="OID"):
        oid.parse(text)
    assert codes(oid.check(text)) == ["oid.form"]


def test_a_long_oid_warns():
    (problem,) = oid.check("1.2.250." + "1." * 40 + "1")
    assert (problem.code, problem.certainty) == ("oid.length", Certainty.INFERRED)


def test_oid_tree():
    root = oid.parse(oid.ANS_ROOT)

    assert oid.parse("1.2.250.1.213.1.4.8").under(root)
    assert root.under(root)
    assert not oid.parse("1.2.250.1.2131").under(root)
    assert not oid.parse(oid.PS_IDNAT_AUTHORITY).under(root)


@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**128), max_size=5))
def test_oids_made_of_numbers_read_back(first, second, others):
    text = ".".join(map(str, (first, second, *others)))
    assert oid.parse(text).arcs == tuple(text.split("."))


# --- IdNat -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "number", "internal"),
    [
        ("899700366240", idnat.PsType.RPPS, "99700366240", None),
        ("500000001815646/CPAT00045", idnat.PsType.SIRET, "00000001815646", "CPAT00045"),
        ("3750100125/88", idnat.PsType.FINESS, "750100125", "88"),
        ("0751234567", idnat.PsType.ADELI, "751234567", None),
        ("4732829320/A-1", idnat.PsType.SIREN, "732829320", "A-1"),
        ("699700366240/7", idnat.PsType.CABINET_RPPS, "99700366240", "7"),
        ("1751234567/7", idnat.PsType.CABINET_ADELI, "751234567", "7"),
    ],
)
def test_ps_idnat(text, kind, number, internal):
    value = idnat.parse_ps(text)

    assert (value.type, value.number, value.internal) == (kind, number, internal)
    assert str(value) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "idnat.ps_type"),
        ("/88", "idnat.ps_type"),
        ("ANS20230101", "idnat.ps_type"),
        ("299700366240", "idnat.ps_type"),
        ("99700366240", "idnat.ps_type"),
        ("89970036624", "idnat.ps_number"),
        ("899700366240/1", "idnat.ps_number"),
        ("3750100125", "idnat.ps_internal"),
        ("3750100125/", "idnat.ps_internal"),
        ("3750100125/a b", "idnat.ps_internal"),
        ("3750100125/a/b", "idnat.ps_internal"),
        ("3750100125/" + "9" * 100, "idnat.ps_internal"),
    ],
)
def test_ps_idnat_wrong(text, code):
    with pytest.raises(idnat.PsIdNatError) as caught:
        idnat.parse_ps(text)
    assert caught.value.problem.code == code
    assert codes(idnat.check_ps(text)) == [code]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("899700366240", []),
        ("810003461033", ["rpps.key"]),
        ("3754567860/1", ["finess.key"]),
        ("4732829321/1", ["siren.key"]),
        ("573282932000075/1", ["siret.key"]),
        ("0751234567", []),
    ],
)
def test_ps_idnat_judges_its_number(text, found):
    assert codes(idnat.check_ps(text)) == found


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("1750100125", idnat.StructType.FINESS, "750100125"),
        ("10B0078671", idnat.StructType.FINESS, "0B0078671"),
        ("2732829320", idnat.StructType.SIREN, "732829320"),
        ("373282932000074", idnat.StructType.SIRET, "73282932000074"),
        ("49970036624001", idnat.StructType.RPPS_RANG, "9970036624001"),
        ("0751234567", idnat.StructType.CABINET_ADELI, "751234567"),
        ("F0001", idnat.StructType.TECHNICAL, "F0001"),
        ("17501001", idnat.StructType.TECHNICAL, "17501001"),
    ],
)
def test_struct_idnat(text, kind, number):
    value = idnat.parse_struct(text)

    assert (value.type, value.number) == (kind, number)
    assert str(value) == text


@pytest.mark.parametrize("text", ["", " 1750100125", "1 750 100 125", "1750100125/1", "é", "1" * 80, "-1"])
def test_struct_idnat_wrong(text):
    with pytest.raises(idnat.StructIdNatError, match="Struct_IdNat"):
        idnat.parse_struct(text)
    assert codes(idnat.check_struct(text)) == ["idnat.struct_form"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1750100125", []),
        ("1754567860", ["finess.key"]),
        ("10B0078671", []),
        ("2732829321", ["siren.key"]),
        ("373282932000075", ["siret.key"]),
        ("49970036624001", []),
        ("41000346103301", ["rpps.key"]),
        ("F0001", ["idnat.struct_technical"]),
        ("0751234567", []),
    ],
)
def test_struct_idnat_judges_its_number(text, found):
    assert codes(idnat.check_struct(text)) == found


# --- all ---------------------------------------------------------------------------------------------------

READERS = [
    (ins.parse, ins.check),
    (rpps.parse, rpps.check),
    (finess.parse, finess.check),
    (siret.parse, siret.check),
    (siret.parse_siren, siret.check_siren),
    (oid.parse, oid.check),
    (idnat.parse_ps, idnat.check_ps),
    (idnat.parse_struct, idnat.check_struct),
]


@pytest.mark.parametrize(("parse", "check"), READERS)
@given(text=st.text(max_size=60) | st.text(DIGITS + "AB./", max_size=20))
def test_any_text_is_a_value_or_the_named_error(parse, check, text):
    try:
        value = parse(text)
    except common.IdentifierError as error:
        assert check(text) == (error.problem,)
        assert "{found}" not in error.problem.text.fr
    else:
        assert str(value) == text.removeprefix("urn:oid:")
        assert all(problem.text.fr and problem.text.en for problem in check(text))


@pytest.mark.parametrize(("parse", "check"), READERS)
@pytest.mark.parametrize("text", ["1" * 1_000_000, "\x00" * 15, "1.2." * 250_000, "3750100125/" * 100_000])
def test_hostile_texts_give_short_errors(parse, check, text):
    with pytest.raises(common.IdentifierError) as caught:
        parse(text)
    assert len(str(caught.value)) < 800
    assert "\x00" not in str(caught.value)


@pytest.mark.parametrize("module", ["common", "ins"])
def test_examples_of_the_docstrings_hold(module):
    result = doctest.testmod(sys.modules[f"schemas.identifiers.{module}"])
    assert (result.failed, result.attempted > 0) == (0, True)


def test_exported_names():
    assert sorted(public.__all__) == public.__all__
    assert all(hasattr(public, name) for name in public.__all__)
