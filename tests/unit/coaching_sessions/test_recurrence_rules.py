"""The text of rules: one spelling for each, and whatever else the text is, a clear no by the name of the part."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.coaching_sessions.recurrence import check_rule


def test_one_spelling() -> None:
    spellings = {
        "freq=weekly;byday=tu;interval=1": "FREQ=WEEKLY;BYDAY=TU",
        "WKST=MO;BYDAY=FR,MO,MO;FREQ=WEEKLY": "FREQ=WEEKLY;BYDAY=MO,FR",
        "BYSETPOS=+2,-1;BYDAY=SU,-1SA,+1MO;FREQ=MONTHLY": "FREQ=MONTHLY;BYDAY=-1SA,SU,1MO;BYSETPOS=-1,2",
        "FREQ=DAILY;UNTIL=20260105T100000Z;INTERVAL=02;WKST=SU": "FREQ=DAILY;UNTIL=20260105T100000Z;INTERVAL=2;WKST=SU",
        "FREQ=YEARLY;BYMONTHDAY=29,28;BYMONTH=2;COUNT=3": "FREQ=YEARLY;COUNT=3;BYMONTH=2;BYMONTHDAY=28,29",
        "FREQ=DAILY;UNTIL=09990105": "FREQ=DAILY;UNTIL=09990105",
    }
    assert {text: check_rule(text) for text in spellings} == spellings
    assert {text: check_rule(text) for text in spellings.values()} == {text: text for text in spellings.values()}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "empty part"),
        ("FREQ=WEEKLY;", "empty part"),
        ("RRULE:FREQ=WEEKLY", "RRULE:FREQ"),
        ("BYDAY=MO", "FREQ is missing"),
        ("FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY"),
        ("FREQ=HOURLY", "FREQ=HOURLY"),
        ("FREQ=MINUTELY", "FREQ=MINUTELY"),
        ("FREQ=SECONDLY", "FREQ=SECONDLY"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR"),
        ("FREQ=DAILY;BYMINUTE=9", "BYMINUTE"),
        ("FREQ=DAILY;BYSECOND=9", "BYSECOND"),
        ("FREQ=YEARLY;BYEASTER=0", "BYEASTER"),
        ("FREQ=YEARLY;RSCALE=CHINESE", "RSCALE"),
        ("FREQ=DAILY;FREQ=WEEKLY", "FREQ is given twice"),
        ("FREQ=DAILY;COUNT", "COUNT has no value"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20260101", "COUNT and UNTIL"),
        ("FREQ=DAILY;COUNT=0", "COUNT=0"),
        ("FREQ=DAILY;COUNT=10000", "COUNT=10000"),
        ("FREQ=DAILY;COUNT=" + "9" * 150, "COUNT=99999"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1"),
        ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL=1.5"),
        ("FREQ=DAILY;INTERVAL=\u0661", "INTERVAL=\u0661"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL=20260230"),
        ("FREQ=DAILY;UNTIL=2026-02-03", "UNTIL=2026-02-03"),
        ("FREQ=DAILY;UNTIL=20260203T100000", "UNTIL=20260203T100000"),
        ("FREQ=DAILY;UNTIL=20260203T250000Z", "UNTIL=20260203T250000Z"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY: XX"),
        ("FREQ=WEEKLY;BYDAY=MO,", "BYDAY: nothing"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY: 1MO"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY: 0MO"),
        ("FREQ=MONTHLY;BYDAY=54MO", "BYDAY: 54MO"),
        ("FREQ=WEEKLY;WKST=1MO", "WKST: 1MO"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH: 13"),
        ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH: -1"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY: 32"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: 0"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with FREQ=WEEKLY"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY: 367"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY does not go with FREQ=MONTHLY"),
        ("FREQ=YEARLY;BYWEEKNO=54;BYDAY=MO", "BYWEEKNO: 54"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO needs BYDAY"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "beside BYWEEKNO"),
        ("FREQ=MONTHLY;BYWEEKNO=20;BYDAY=MO", "BYWEEKNO does not go with FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS: 0"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never occurs"),
        ("FREQ=MONTHLY;BYMONTH=4,6;BYMONTHDAY=31", "never occurs"),
        ("FREQ=MONTHLY;BYDAY=6MO", "never occurs"),
        ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=6", "never occurs"),
        ("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;BYDAY=MO", "never occurs"),
        ("FREQ=DAILY;BYDAY=" + "MO," * 80, "200 characters"),
    ],
)
def test_a_bad_rule_is_refused_by_the_name_of_its_part(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=re.escape(named)) as refused:
        check_rule(text)
    assert len(str(refused.value)) < 160


NAMES = ("FREQ", "UNTIL", "COUNT", "INTERVAL", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYSETPOS",
         "WKST", "BYHOUR", "X")  # fmt: skip
almost_parts = st.tuples(
    st.sampled_from(NAMES),
    st.text(max_size=5)
    | st.integers(-400, 400).map(str)
    | st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "MO", "-1FR,MO", "20260230", "20260105T000000Z", "1,2"]),
)
almost_rules = st.lists(almost_parts.map("=".join), max_size=6).map(";".join)


@settings(deadline=None)
@given(st.text(max_size=220) | almost_rules)
@example("FREQ=DAILY;BYDAY=\n")
@example("FREQ=DAILY;COUNT=²")
@example("FREQ=DAILY;UNTIL=00000000")
def test_any_text_is_a_rule_or_a_value_error(text: str) -> None:
    try:
        rule = check_rule(text)
    except ValueError:
        return
    assert check_rule(rule) == rule
