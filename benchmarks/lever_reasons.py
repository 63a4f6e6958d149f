"""Why a lever, at some bound or option, moves nothing, or not clearly what it declares: the reason in the mechanism."""

WITHOUT_EFFECT = {
    ("fee.ceiling", "60 against none"): "No bid comes near £60 an hour, so the ceiling binds nobody.",
    ("employment.wage_floor", "8 against statutory"): "£8 is less than the law asks for, and the law's floor holds.",
    ("stewardship.profit_norm", "0.5 against none"): "No provider's surplus comes near half of its revenue.",
}
"""Values at which a lever changes nothing at all."""

AMBIGUOUS = {
    ("contract.sourcing", "own_choice against open_spot"): (
        "An option beside the declared contrast. People weigh rating and other people's experience, and neither the "
        "provider's size and room nor how near it already works, so packages go to those who serve people well."
    ),
    ("contract.sourcing", "block_first against open_spot"): (
        "Asked first, holders of block hours use more of them. What is unused falls with each contract that is handed "
        "back as well, and those few are so large that sixteen futures do not tell the one from the other."
    ),
    ("procurement.phase_in_weeks", "104 against 0"): (
        "In the first of five years less is left undelivered, as declared, and in each after it more. Zone by zone "
        "three times as many firms win (27 to 31 are under contract, not 9), who in years 3 and 4 hand back fourteen "
        "packages a year where the few hand back one at most; and while zones move, people wait in hospital. On 48 "
        "futures it is clear: the other way."
    ),
    ("hospital.step_down_beds", "50 against 0"): (
        "At 0.7 of the fee, without which hardly anybody would wait there, nights are fewer in the first year, as "
        "declared. Then the budget is spent: fifty beds, paid used or not, take £3m of it a year, packages are cut, "
        "and in the third year more people wait in hospital than without. On 48 futures it is clear: the other way."
    ),
    ("hospital.step_down_beds", "200 against 0"): (
        "Beside the declared contrast: £13m a year of a budget that is spent go to beds, and packages are cut."
    ),
    ("provision.last_resort_hours", "10000 against 0"): (
        "Beside the declared contrast: the council's own service delivers much of what the market leaves at 0.7 of the "
        "fee."
    ),
    ("fee.ceiling", "10 against none"): (
        "At £10 an hour no contract pays: winners hand theirs back, hardly any council care is left to be bought, and "
        "what is paid for an hour of that is no price of a market."
    ),
    ("contract.outcome_measure", "connection against experience"): (
        "An option beside the declared contrast: effort goes from experience to connection. The part of the fee then "
        "paid depends on how near providers are to the level at which each measure is paid in full."
    ),
    ("procurement.max_providers", "100 against 0"): (
        "A hundred places are more than there are bidders, so that a contest with a hundred places lets in every firm "
        "from outside, whereas an open list without a contest readmits those who are there."
    ),
    ("fee.rule", "open_book against fixed"): (
        "An option beside the declared contrast. The rate follows each provider's own cost up to a little over the "
        "median, and falls where the fee was a windfall: cheap providers are paid less, dear ones more."
    ),
    ("employment.sick_pay", "0 against 0.2"): (
        "A week is bad below 60% of the pay for hours wanted: a week off sick is bad at a fifth of pay as at none."
    ),
    ("procurement.weights", "price 1 against price 0.5, quality 0.4, social_value 0.1"): (
        "The declared contrast is price alone against quality alone. Half the weight on price already picks most "
        "of the cheapest bids, since quality is read with noise."
    ),
    ("procurement.weights", "quality 1 against price 0.5, quality 0.4, social_value 0.1"): (
        "As declared from the other side: with no weight on price dearer bids win."
    ),
    ("procurement.weights", "values 1 against price 0.5, quality 0.4, social_value 0.1"): (
        "With no weight on price dearer bids win; which owners win follows their mission, read with noise."
    ),
    ("procurement.weights", "social_value 1 against price 0.5, quality 0.4, social_value 0.1"): (
        "With no weight on price dearer bids win, and promises are inflated by the weight that they carry."
    ),
    ("stewardship.citizens_weights", "hours 1 against hours 0.33, wages 0.33, connectors 0.33"): (
        "The declared contrast is wages against hours. All for hours takes from connectors and from wages."
    ),
    ("stewardship.citizens_weights", "wages 1 against hours 0.33, wages 0.33, connectors 0.33"): (
        "The declared contrast is wages against hours. All for wages takes from connectors and from hours."
    ),
    ("stewardship.citizens_weights", "connectors 1 against hours 0.33, wages 0.33, connectors 0.33"): (
        "The declared contrast is wages against hours. All for connectors takes from wages and from hours."
    ),
}
"""Values without a declared direction, or at which the declared indicator does not clearly move."""

CONDITIONS: dict[str, str] = {
    "sourcing.emergency_rate": (
        "where more is bought in an emergency than a few hours a week; on 48 futures, not 16, it shows here as well: "
        "at the usual rate ten more people wait in other beds"
    ),
}
"""Levers that nobody feels in this place, each with the conditions under which somebody would."""

WAITING: dict[str, str] = {}
"""Levers whose path later work builds further."""

REASONS: dict[tuple[str, str], str] = WITHOUT_EFFECT | AMBIGUOUS

ROBUST = (
    "contract.guaranteed_volume",
    "contract.payment_basis",
    "contract.outcome_share",
    "contract.outcome_measure",
    "contract.minimum_visit_minutes",
    "procurement.retender_at_start",
    "procurement.zoned",
    "fee.level",
    "fee.uplift_share",
    "employment.contract_norm",
    "employment.zero_hours_cap",
    "employment.paid_travel_share",
    "employment.shift_pay",
    "employment.training_days",
    "stewardship.capacity_fte",
    "stewardship.forum_per_year",
    "stewardship.monitoring",
    "stewardship.citizens_share",
    "community.connectors_fte",
    "shocks.labour_supply",
    "shocks.outside_pay",
    "shocks.demand",
    "shocks.absence",
)
"""Levers whose declared direction one future of a year or two shows."""
