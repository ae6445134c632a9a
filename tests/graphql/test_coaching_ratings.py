"""Published ratings over GraphQL: as over REST, and found again by their ids by those who may read them."""

from datetime import UTC, datetime
from typing import Any

import httpx

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.rating_quarters import make_rated, team
from tests.fixtures.rest import bearer
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

GROUP = """id status reason nRaters means { edges { node mean meanLow meanHigh intervalLow intervalHigh } }"""
RATINGS = f"""query ($on: Date, $manager: ID) {{ coachingRatings(on: $on, managerId: $manager) {{
    id periodStartsOn periodEndsOn asOf previousEndsOn reason method setKey setVersion
    questions {{ edges {{ node question anchors {{ edges {{ node }} }} }} }}
    organization {{ {GROUP} }}
    managers {{ edges {{ node name manager {{ name }} own {{ {GROUP} }} tree {{ {GROUP} }} }} }} }} }}"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on RatingGroup { nRaters } } }"
CLOSED = datetime(2025, 4, 17, tzinfo=UTC)


def plain(group: dict[str, Any]) -> dict[str, Any]:
    """A group as REST has it."""
    means = [
        {"question": one["node"], **{name: one[camel] for name, camel in NAMES.items()}}
        for one in (edge for edge in group["means"]["edges"])
    ]
    return {
        "status": group["status"].lower(),
        "reason": group["reason"],
        "n_raters": group["nRaters"],
        "means": means,
    }


NAMES = {
    "mean": "mean",
    "mean_low": "meanLow",
    "mean_high": "meanHigh",
    "interval_low": "intervalLow",
    "interval_high": "intervalHigh",
}


async def test_the_same_as_over_rest(database: Database, ask: Ask, client: httpx.AsyncClient) -> None:
    rated = await make_rated(database)
    keys = {name: await rated.org.key_for(rated.people[name]) for name in ("ada", "top", "east", "west", "east0")}
    nothing = (await ask(keys["east"], RATINGS))["data"]["coachingRatings"]
    assert (nothing["periodStartsOn"], nothing["managers"], nothing["organization"]) == (None, {"edges": []}, None)
    assert nothing["reason"].startswith("No quarter")
    await rated.said("east", team("east", 5, 5, 4, 5, 5, 3, 2))
    await rated.said("west", team("west", 5, 5, 5))
    await rated.said("top", {"east": 5, "west": 5})
    await rated.publish(CLOSED)
    for name in ("ada", "top", "east"):
        rest = (await client.get("/v1/coaching-ratings", headers=bearer(keys[name]))).json()
        with counted_statements(database) as statements:
            found = (await ask(keys[name], RATINGS))["data"]["coachingRatings"]
        assert len(statements) < 25
        assert (found["periodEndsOn"], found["method"]) == (rest["period_ends_on"], rest["method"])
        assert [edge["node"] for edge in found["questions"]["edges"]] == [one["key"] for one in rest["questions"]]
        edges = found["managers"]["edges"]
        assert [edge["name"] for edge in edges] == [one["name"] for one in rest["managers"]]
        for edge, one in zip(edges, rest["managers"], strict=True):
            assert (plain(edge["own"]), plain(edge["tree"])) == (one["own"], one["tree"])
            assert edge["manager"] == {"name": edge["name"]}
        assert (found["organization"] and plain(found["organization"])) == rest["organization"]

    # Top's tree is East's block, and a block of West's and Top's raters, who all gave the best: three steps wide.
    top = (await ask(keys["ada"], RATINGS))["data"]["coachingRatings"]["managers"]["edges"][0]
    focus = top["tree"]["means"]["edges"][0]
    assert (top["own"]["status"], top["tree"]["nRaters"]) == ("WITHHELD", 12)
    assert (focus["meanLow"], focus["mean"], focus["meanHigh"]) == ("4.25", "4.38", "4.50")
    group, whole = top["tree"]["id"], found["id"]
    for name, seen in (("ada", True), ("top", True), ("east", False), ("west", False)):
        node = (await ask(keys[name], NODE, id=group))["data"]["node"]
        assert node == ({"__typename": "RatingGroup", "id": group, "nRaters": 12} if seen else None), name
        assert (await ask(keys[name], NODE, id=whole))["data"]["node"]["id"] == whole
    refused = await ask(keys["east0"], RATINGS)
    assert refused["data"] == {"coachingRatings": None}
    assert refused["errors"][0]["extensions"]["code"] == "permission_denied"
    hidden = await ask(keys["east"], RATINGS, manager=to_global_id("Person", rated.people["west"].id))
    assert hidden == {"data": {"coachingRatings": None}}
