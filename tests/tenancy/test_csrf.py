"""A form's hidden field belongs to one cookie."""

import pytest

from tenancy.csrf import StaleForm, check_token, new_nonce, token_for


def test_a_field_is_good_with_its_own_cookie_alone() -> None:
    mine, other = new_nonce(), new_nonce()
    field = token_for(mine)
    check_token(mine, field)
    for cookie, sent in ((other, field), (mine, "é"), (mine, ""), (mine, None), (None, field)):
        with pytest.raises(StaleForm):
            check_token(cookie, sent)
