"""ODD 7.2 Hospital: admissions, stays, and coming home."""

from ..kernels import people


def people_go_to_hospital(market, parameters, policy, draws):
    """People are admitted, and their packages stop; the place is kept while somebody pays for it."""
    market.counts["admissions"] += people.go_to_hospital(
        market.clients.rows,
        market.clients.year,
        parameters.row,
        policy.row,
        market.commissioners.rows[0]["continuity_reference"],
        draws.key("people_go_to_hospital"),
    )


def people_become_fit_to_leave_hospital(market, parameters, policy, draws):
    """Stays end: home to a kept place, or into the queue for a provider from a hospital bed."""
    people.become_fit(
        market.clients.rows,
        market.providers.rows,
        parameters.row,
        policy.row,
        draws.key("people_become_fit_to_leave_hospital"),
    )
