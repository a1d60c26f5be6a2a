"""The fast plan fits every published network's budget and keeps what is the visitor's."""

import pytest

from cnnviz.core import estimates
from cnnviz.core.fast_plans import fast
from cnnviz.core.processor import has_bfloat16
from cnnviz.core.variants import TUTORIALS


@pytest.mark.parametrize("name", TUTORIALS)
def test_it_is_sooner_than_the_published_plan(name: str) -> None:
    variant, plan = TUTORIALS[name]
    quick = fast(plan)
    estimates.check(variant, quick)
    assert estimates.seconds(variant, quick) < estimates.seconds(variant, plan)
    assert (quick.data, quick.seed) == (plan.data, plan.seed)
    assert quick.precision == ("mixed_bfloat16" if has_bfloat16() else "float32")
