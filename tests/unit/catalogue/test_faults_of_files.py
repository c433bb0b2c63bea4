"""Every class of fault in a file of the catalogue gets an error that names the file, the place and all faults at once."""

import json

import pytest

from jobs.catalogue.catalogue import load_catalogue
from tests.unit.catalogue.conftest import Project

PENALTY = "schemas/credit/administrative_penalty.yaml"
PENALTY_SUITE = "expectations/credit/administrative_penalty.json"
DUTIES = "conf/lists/responsibility/2021-03-01.csv"
NEGATIVES = "conf/lists/negative/2021-03-01.csv"
DUTY = "DUTY-9999,{provider},{resource},处,数据专员,022-88000000,依据,SYS-0101,daily,06:00,1,20,100,90,1,,signed,2021-03-01,"


def test_an_unspoiled_copy_loads(project: Project) -> None:
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        project.error()


def test_an_unknown_key_of_a_contract_is_named_with_its_file(project: Project) -> None:
    project.replace(PENALTY, "status: active", "status: active\nfrequency: daily")
    error = project.error()
    assert PENALTY in error
    assert "frequency: Extra inputs are not permitted" in error


def test_a_fact_of_a_list_stated_in_a_contract_is_refused(project: Project) -> None:
    load = "  - {property: load, value: upsert}\n"
    project.replace(PENALTY, load, load + "  - {property: cycle, value: daily}\n")
    error = project.error()
    assert PENALTY in error
    assert "contract: unknown custom property 'cycle'" in error


def test_a_fact_of_a_contract_stated_in_a_list_is_refused(project: Project) -> None:
    project.replace(DUTIES, "duty_id,", "encoding,duty_id,")
    error = project.error()
    assert DUTIES in error
    assert "line 1, unknown column 'encoding'" in error


def test_unknown_properties_of_field_and_server_are_told_together(project: Project) -> None:
    project.replace(PENALTY, "{property: check, value: uscc}", "{property: checks, value: uscc}")
    project.replace(PENALTY, "{property: skipLines, value: 1}", "{property: skip, value: 1}")
    error = project.error()
    assert "2 fault(s)" in error
    assert "party_uscc: unknown custom property 'checks'" in error
    assert "server ecology_environment: unknown custom property 'skip'" in error


def test_faults_of_several_files_are_told_together(project: Project) -> None:
    project.replace(PENALTY, "status: active", "status: active\nfrequency: daily")
    project.replace("schemas/grid/event.yaml", "load, value: upsert", "load, value: merge")
    project.append("conf/providers.csv", "Bad Slug,名,department,,120000,数据专员,022-88000000")
    project.append("conf/codes/sex.csv", "1,男")
    error = project.error()
    assert PENALTY in error
    assert "schemas/grid/event.yaml" in error
    assert "conf/providers.csv" in error
    assert "conf/codes/sex.csv: 1 fault(s): code '1' stands twice" in error


def test_broken_yaml_is_told_by_line(project: Project) -> None:
    project.replace(PENALTY, "tags: [信用体系, 双公示]", "tags: [信用体系, 双公示")
    error = project.error()
    assert PENALTY in error
    assert "is not YAML in UTF-8" in error
    assert "line 9" in error


def test_an_empty_contract_is_refused(project: Project) -> None:
    (project.root / PENALTY).write_text("", encoding="utf-8")
    assert "(whole): Input should be a valid dictionary" in project.error()


def test_an_unknown_code_set_is_named_with_its_field(project: Project) -> None:
    project.replace(PENALTY, "value: penalty_class}", "value: penalty_classes}")
    assert "credit.administrative_penalty: penalty_class_code has code set 'penalty_classes'" in project.error()


def test_a_code_book_that_leads_out_of_its_code_set_is_told(project: Project) -> None:
    project.replace("schemas/grid/event.yaml", '"90": "9"', '"90": "8"')
    assert "hexi's code book of status_code leads to ['8']" in project.error()


def test_a_server_for_an_unknown_provider_is_told(project: Project) -> None:
    project.replace(PENALTY, "value: ecology-environment}", "value: ecology}")
    assert "a server is for provider 'ecology'" in project.error()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("id: credit.administrative_penalty", "id: credit.penalty", "id 'credit.penalty'"),
        ("status: active", "status: retired", "only an active contract can be in use"),
        ("name: party_uscc", "name: document_no", "field name 'document_no' stands twice"),
        ("physicalName: CF_XDR_LB", "physicalName: CF_XDR_MC", "physicalName 'CF_XDR_MC' stands twice"),
        ("name: party_uscc", "name: partyUscc", "String should match pattern"),
        ("classification: L3", "classification: secret", "classification: Input should be 'L1', 'L2', 'L3' or 'L4'"),
        ("classification: L3", "classification: L1", "party_document_no: protected as token but classified L1"),
        ("{property: narrative, value: true}", "{property: narrative, value: false}", "facts: line breaks are for narrative columns only"),
        ("{property: encoding, value: gb18030}", "{property: encoding, value: big5}", "encoding: Input should be 'utf-8' or 'gb18030'"),
        ("{property: provider, value: ecology-environment}", '{property: provider, value: "*"}', "server for provider '*' stands twice"),
        ("          party_name: 当事人名称", "          party: 当事人名称", "server housing-construction: unknown fields ['party']"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(project: Project, old: str, new: str, fault: str) -> None:
    project.replace(PENALTY, old, new)
    error = project.error()
    assert PENALTY in error
    assert fault in error


def test_a_type_that_plain_great_expectations_cannot_judge_on_spark_is_refused_with_the_reason(project: Project) -> None:
    project.replace(PENALTY_SUITE, "expect_column_pair_working_days_to_be_at_most", "expect_column_values_to_match_like_pattern")
    error = project.error()
    assert PENALTY_SUITE in error
    assert "expect_column_values_to_match_like_pattern cannot be judged on Spark: Great Expectations has it for SQL" in error


def test_a_type_that_nobody_knows_is_refused_unless_the_suite_names_its_package(project: Project) -> None:
    project.replace(PENALTY_SUITE, "expect_column_pair_working_days_to_be_at_most", "expect_column_values_to_be_funny")
    assert "expect_column_values_to_be_funny is no known type" in project.error()
    project.replace(PENALTY_SUITE, '\n  "meta": {}', '\n  "meta": {"packages": ["city_rules"]}')
    load_catalogue(project.root)


def test_packages_that_are_no_list_are_refused(project: Project) -> None:
    project.replace(PENALTY_SUITE, '\n  "meta": {}', '\n  "meta": {"packages": "city_rules"}')
    assert "meta.packages is no list" in project.error()


def test_unknown_columns_of_a_suite_are_all_named(project: Project) -> None:
    project.replace(PENALTY_SUITE, '"column": "fine_10k_yuan"', '"column": "fine_yuan"')
    project.replace(PENALTY_SUITE, '"name": "party_kind_code"', '"name": "party_kind"')
    error = project.error()
    assert "2 fault(s)" in error
    assert "unknown column 'fine_yuan'" in error
    assert "unknown column 'party_kind'" in error


def test_a_rule_name_or_id_that_stands_twice_is_refused(project: Project) -> None:
    suite = json.loads((project.root / PENALTY_SUITE).read_text(encoding="utf-8"))
    suite["expectations"].append(suite["expectations"][0])
    (project.root / PENALTY_SUITE).write_text(json.dumps(suite), encoding="utf-8")
    error = project.error()
    assert f"id {suite['expectations'][0]['id']!r} stands twice" in error
    assert "meta.rule 'uscc_of_legal_party' stands twice" in error


def test_an_unknown_severity_is_refused(project: Project) -> None:
    project.replace(PENALTY_SUITE, '"severity": "warning"', '"severity": "mild"')
    assert "severity: Input should be 'critical', 'warning' or 'info'" in project.error()


def test_broken_json_is_told_by_line(project: Project) -> None:
    project.replace(PENALTY_SUITE, '"expectations": [', '"expectations": [,')
    assert "is not JSON in UTF-8: Expecting value: line 3" in project.error()


def test_a_contract_without_a_suite_is_told(project: Project) -> None:
    (project.root / PENALTY_SUITE).unlink()
    assert "every contract has a suite beside it" in project.error()


def test_a_suite_without_a_contract_is_told(project: Project) -> None:
    (project.root / "expectations/credit/licence.json").write_text('{"name": "credit.licence", "expectations": []}', encoding="utf-8")
    assert "expectations/credit/licence.json has no contract" in project.error()


def test_a_duty_of_an_unknown_provider_is_told(project: Project) -> None:
    project.append(DUTIES, DUTY.format(provider="water-company", resource="grid.event"))
    assert "responsibility 2021-03-01: DUTY-9999: provider 'water-company' is not in conf/providers.csv" in project.error()


def test_a_duty_for_an_unknown_resource_is_told(project: Project) -> None:
    project.append(DUTIES, DUTY.format(provider="heping", resource="grid.events"))
    assert "DUTY-9999: resource 'grid.events' has no contract in schemas/" in project.error()


def test_two_duties_of_one_provider_for_one_resource_are_told(project: Project) -> None:
    project.append(DUTIES, DUTY.format(provider="heping", resource="grid.event"))
    assert "responsibility 2021-03-01: heping x grid.event stands 2 times" in project.error()


def test_contradictions_between_files_are_told_together(project: Project) -> None:
    duty = DUTY.format(provider="water-company", resource="grid.events")
    project.append(DUTIES, duty.replace("SYS-0101", "SYS-9").replace(",20,100,", ",200,100,"))
    project.append("conf/units.csv", "x-01,nobody,处")
    project.append(
        "conf/lists/demand/2021-01-01.csv",
        "DEM-9,credit-center,grid.event,event_id colour,场景,目的,依据,table,daily,met,,csv,,no,2021-01-01,",
    )
    entry = "NEG-9,content,nobody,grid.event,note,mobile,masked_only,mask,个人隐私,依据,无,2021-03-01,2022-03-01,in_force"
    project.append(NEGATIVES, entry)
    error = project.error()
    assert "8 contradiction(s)" in error
    assert "system 'SYS-9' is not in the system list of that day" in error
    assert "expected_rows 200 to 100 is no range" in error
    assert "units: x-01: provider 'nobody'" in error
    assert "DEM-9: fields ['colour'] are not in the contract of grid.event" in error
    assert "NEG-9: provider 'nobody'" in error
    assert "NEG-9: content of 'note', which is not in the contract of grid.event" in error


def test_sharing_on_conditions_states_its_condition(project: Project) -> None:
    project.replace(DUTIES, "限社会救助与信息核对使用，个人信息遮蔽", "")
    assert "DUTY-0012: share_type 2 is sharing on conditions, and share_condition is empty" in project.error()


def test_a_list_that_is_not_named_by_a_date_is_refused(project: Project) -> None:
    (project.root / DUTIES).rename(project.root / "conf/lists/responsibility/v2.csv")
    error = project.error()
    assert "conf/lists/responsibility/v2.csv" in error
    assert "named by the first day in force" in error


def test_a_list_without_any_version_is_refused(project: Project) -> None:
    (project.root / "conf/lists/system/2021-01-01.csv").unlink()
    assert "conf/lists/system: 1 fault(s): no version of this list" in project.error()


def test_every_bad_cell_of_a_list_is_told_by_its_line(project: Project) -> None:
    first = project.append(DUTIES, DUTY.format(provider="heping", resource="grid.event").replace("06:00", "25:00"))
    second = project.append(DUTIES, DUTY.format(provider="hexi", resource="GridEvent").replace(",90,", ",many,"))
    error = project.error()
    assert DUTIES in error
    assert "3 fault(s)" in error
    assert f"line {first}, cutoff_time: String should match pattern" in error
    assert f"line {second}, resource: String should match pattern" in error
    assert f"line {second}, quality_target_pct: Input should be a valid number" in error


def test_a_row_with_too_many_or_too_few_cells_is_told_by_its_line(project: Project) -> None:
    line = project.append("conf/codes/sex.csv", "3,第三,多余")
    assert f"line {line}, (more cells than headings): Extra inputs are not permitted" in project.error()
    project.replace("conf/codes/sex.csv", "3,第三,多余", "3")
    assert f"line {line}, name: Field required" in project.error()


def test_a_file_in_another_charset_is_refused(project: Project) -> None:
    (project.root / "conf/units.csv").write_bytes("unit_id,provider_id,name\nx-01,heping,处\n".encode("gb18030"))
    assert "conf/units.csv: 1 fault(s): is not a CSV file in UTF-8" in project.error()


def test_a_missing_file_is_named(project: Project) -> None:
    (project.root / "conf/providers.csv").unlink()
    assert "conf/providers.csv" in project.error()


def test_a_mail_address_is_one_and_belongs_to_a_provider_of_the_roster(project: Project) -> None:
    line = project.append("conf/contacts.csv", "tax-bureau,,数据专员,not an address")
    assert f"contacts.csv: 1 fault(s): line {line}, email" in project.error()
    project.replace("conf/contacts.csv", "tax-bureau,,数据专员,not an address", "nobody,tax.nothing,数据专员,a@b.example")
    error = project.error()
    assert "contacts: 数据专员: provider 'nobody' is not in conf/providers.csv" in error
    assert "contacts: 数据专员: resource 'tax.nothing' has no contract" in error


def test_a_suite_as_great_expectations_saves_it_loads(project: Project) -> None:
    path = project.root / PENALTY_SUITE
    told = json.loads(path.read_text(encoding="utf-8"))
    told["expectations"][0]["notes"] = ["一", "二"]
    path.write_text(json.dumps({**told, "id": "5f146421-cbbc-4e40-8860-957a2ac41fb8", "notes": None}), encoding="utf-8")
    suites = load_catalogue(project.root).suites
    assert suites["credit.administrative_penalty"].expectations[0].notes == "一 二"
