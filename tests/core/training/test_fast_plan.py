"""The fast plan fits every published network's budget and keeps the visitor's own choices."""

import pytest

from cnnviz.core.networks.architecture import TUTORIALS
from cnnviz.core.training import estimates
from cnnviz.core.training.cpu import has_bfloat16
from cnnviz.core.training.fast_plan import make_fast_plan


@pytest.mark.parametrize("name", TUTORIALS)
def test_fast_plan_takes_less_time_than_the_published_plan(name: str) -> None:
    architecture, plan = TUTORIALS[name]
    quick = make_fast_plan(plan)
    estimates.check(architecture, quick)
    assert estimates.estimate_seconds(architecture, quick) < estimates.estimate_seconds(architecture, plan)
    assert (quick.data, quick.seed) == (plan.data, plan.seed)
    assert quick.precision == ("mixed_bfloat16" if has_bfloat16() else "float32")
