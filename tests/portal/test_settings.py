"""The settings: each page opens for whom it is, and tells the others that it is not for them."""

import pytest
from fastapi import FastAPI

from portal.pages.settings_area import PAGES
from tenancy.roles import Role
from tests.factories import make_client, make_reseller, make_user, viewer_of
from tests.portal.program import Program


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
@pytest.mark.parametrize("of_agency", [True, False], ids=["agency", "client"])
async def test_a_page_opens_for_whom_it_is(whole_app: FastAPI, role: Role, of_agency: bool) -> None:
    agency = await make_reseller()
    organization = agency if of_agency else await make_client(agency)
    user = await make_user(organization, role)
    viewer = viewer_of(user)
    program = Program(whole_app, agency.host)
    await program.open_browser(user)
    for page in PAGES:
        # An agency that has not said otherwise keeps the brand to itself.
        agencys_own = page.clients_where is not None and not of_agency
        may = (page.permission is None or viewer.may(page.permission)) and not agencys_own
        answer = await program.get(page.path)
        assert answer.status_code == (200 if may else 403), page.path
        assert may or "Go to the home page" in answer.text
