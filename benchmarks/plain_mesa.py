"""The plain twin: what Mesa alone spends on agents that are objects and do nothing."""

import time

import mesa


class PlainAgent(mesa.Agent):
    """An agent of plain Mesa; its `step` is empty."""


class PlainModel(mesa.Model):
    """As many plain agents as asked for; a step calls each one's `step`, in order."""

    def __init__(self, agents: int, rng: int = 1) -> None:
        super().__init__(rng=rng)
        PlainAgent.create_agents(self, agents)

    def step(self) -> None:
        """Every agent's empty step."""
        self.agents.do("step")


def seconds_of_plain_mesa(agents: int, weeks: int) -> float:
    """CPU seconds that Mesa spends on so many empty steps of so many agents, making the agents left out."""
    model = PlainModel(agents)
    start = time.process_time()
    for _ in range(weeks):
        model.step()
    return time.process_time() - start
