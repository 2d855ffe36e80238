"""Programmes and their configuration: programmes, balance definitions, limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from dashboard.sandbox.catalogue import ORGANISATION_ID
from dashboard.sandbox.configuration import BalanceLimit, Configuration, Definition, Programme
from dashboard.sandbox.errors import Refusal, not_found
from dashboard.sandbox.ids import fixed_id
from dashboard.sandbox.reading import Answer, Fields, Request
from dashboard.sandbox.routing import Operation
from dashboard.sandbox.world import World

Row = TypeVar("Row")

_VERSIONS: Final = ("active", "draft")
_SORT_FIELDS: Final = ("name", "created_at", "updated_at")
_GUIDE_ROUNDING: Final = {"lower": "floor", "upper": "ceiling", "natural": "nearest"}


def configuration_of(programme: Programme, query: Fields) -> Configuration | None:
    """The version the query asks for; ``draft`` unless it says ``active``, as the contract has it."""
    version = query.choice("version", _VERSIONS, "draft")
    return programme.active if version == "active" else programme.draft


def page_of(rows: Sequence[Row], query: Fields, *, default: int, most: int) -> list[Row]:
    """The rows from the record ``offset`` on."""
    limit = query.whole("limit", least=1, most=most)
    offset = query.whole("offset") or 0
    return list(rows[offset : offset + (limit or default)])


def programme_named(world: World, request: Request, *, missing: int = 404) -> Programme:
    """The programme of the path. ``missing`` answers for one that does not exist."""
    return world.programme(request.path.uuid("pid"), missing)


def list_programmes(world: World, request: Request) -> Answer:
    # Only sort_field documents a 400; everything else wrong is a 422.
    query = request.query
    field = query.text("sort_field")
    if field is not None and field not in _SORT_FIELDS:
        raise Refusal(400, "invalid_parameter", f"sort_field must be one of {', '.join(_SORT_FIELDS)}")
    down = query.choice("sort", ("asc", "desc"), "asc") == "desc"
    keys = {
        "name": lambda one: one.name,
        "created_at": lambda one: one.created_at,
        "updated_at": lambda one: one.updated_at,
    }
    rows = sorted(world.programmes.values(), key=keys[field or "created_at"], reverse=down)
    return Answer(
        {"items": [programme_json(world, one) for one in page_of(rows, query, default=100, most=500)]}
    )


def get_programme(world: World, request: Request) -> Answer:
    return Answer(programme_json(world, programme_named(world, request)))


def publish_programme(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    programme.publish(world.now())
    reply = world.switches["publish_reply"]
    if reply == "programme":
        return Answer(programme_json(world, programme))
    return Answer({} if reply == "object" else None)


def list_definitions(world: World, request: Request) -> Answer:
    programme = programme_named(world, request, missing=422)
    configuration = configuration_of(programme, request.query)
    field = request.query.choice("sortField", _SORT_FIELDS, "updated_at")
    down = request.query.choice("sort", ("asc", "desc"), "desc") == "desc"
    rows = list(configuration.definitions) if configuration else []
    if field == "name":
        rows.sort(key=lambda one: one.name, reverse=down)
    elif not down:
        rows.reverse()
    page = page_of(rows, request.query, default=200, most=500)
    return Answer({"items": [definition_json(world, programme, one) for one in page]})


def get_definition(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    return Answer(definition_json(world, programme, _definition(programme, request)))


def get_limit(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    definition = _definition(programme, request)
    identifier = request.path.uuid("blid")
    limit = next((one for one in definition.limits if one.id == identifier), None)
    if limit is None:
        raise not_found("balance limit")
    return Answer(_limit_json(world, programme, definition, limit))


def _definition(programme: Programme, request: Request) -> Definition:
    configuration = configuration_of(programme, request.query)
    definition = configuration.definition(request.path.uuid("bdid")) if configuration else None
    if definition is None:
        raise not_found("balance definition")
    return definition


def programme_json(world: World, programme: Programme) -> dict[str, object]:
    return {
        "id": programme.id,
        "name": programme.name,
        "description": programme.description,
        "meta": {"organizationId": ORGANISATION_ID},
        "state": "active" if programme.active else world.switches["unpublished_state"],
        "subscriptionGeneratorId": fixed_id(f"generator:{programme.id}"),
        "pattern": programme.pattern,
        "codeCount": 9_000_000,
        "birthdayAttribute": "BIRTHDAY",
        "createdAt": programme.created_at,
        "updatedAt": programme.updated_at,
    }


def definition_json(world: World, programme: Programme, definition: Definition) -> dict[str, object]:
    lower = world.switches["unit_case"] == "lower"
    optional: dict[str, object] = {
        "minAmount": definition.minimum,
        "maxAmount": definition.maximum,
        "maxCreditAmountLimit": definition.largest_credit,
        "maxDebitAmountLimit": definition.largest_debit,
        "balanceExpirationDate": definition.yearly_end,
    }
    lifetime = definition.lifetime
    if lifetime:
        optional |= {
            "balanceAvailabilityDurationValue": lifetime.value,
            "balanceAvailabilityDurationUnit": lifetime.unit,
            "balanceAvailabilityDurationModifier": lifetime.modifier,
        }
    return {
        "id": definition.id,
        "name": definition.name,
        "description": definition.description,
        "meta": {"isInternal": True} if definition.internal else {},
        "unit": definition.unit.lower() if lower else definition.unit,
        "balanceOptionAmountOvertakingStrategy": definition.overtaking,
        "balanceOptionCreditRounding": _rounding(world, definition.credit_rounding),
        "balanceOptionDebitRounding": _rounding(world, definition.debit_rounding),
        **{name: value for name, value in optional.items() if value is not None},
        "createdAt": programme.created_at,
        "updatedAt": programme.updated_at,
        "deletedAt": None,
    }


def _limit_json(
    world: World, programme: Programme, definition: Definition, limit: BalanceLimit
) -> dict[str, object]:
    in_hours = limit.unit == "day" and world.switches["limit_unit"] == "hour"
    return {
        "id": limit.id,
        "balanceDefinitionId": definition.id,
        "transactionType": limit.kind,
        "constraintType": limit.constraint,
        "durationValue": limit.every * 24 if in_hours else limit.every,
        "durationUnit": "hour" if in_hours else limit.unit,
        "value": limit.value,
        "slidingSchedule": limit.sliding,
        "createdAt": programme.created_at,
        "updatedAt": programme.updated_at,
    }


def _rounding(world: World, word: str) -> str:
    return word if world.switches["rounding_words"] == "reference" else _GUIDE_ROUNDING[word]


_CONFIG: Final = "/loyalty/config/programs"
_BALANCE: Final = "/loyalty/balance/programs/{pid}/balance-definitions"

OPERATIONS: Final = (
    Operation("listPrograms", "GET", _CONFIG, list_programmes),
    Operation("getProgram", "GET", f"{_CONFIG}/{{pid}}", get_programme),
    Operation("publishProgram", "POST", f"{_CONFIG}/{{pid}}/publish", publish_programme),
    Operation("listBalanceDefinitions", "GET", _BALANCE, list_definitions),
    Operation("getBalanceDefinition", "GET", f"{_BALANCE}/{{bdid}}", get_definition),
    Operation("getBalanceLimit", "GET", f"{_BALANCE}/{{bdid}}/limits/{{blid}}", get_limit),
)
