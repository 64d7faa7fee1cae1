"""The directory of the exercise tenant, which plants change before it is written."""

from collections.abc import Iterable
from typing import Any

from pipelines.demo.people import App
from pipelines.demo.tenant.cast import Cast
from pipelines.demo.tenant.inventory import app_objects, app_role, application_id, inventory_objects, pages_of


class Directory:
    """The objects of each page of the inventory, as Microsoft Graph lists them; `objects` may be changed freely."""

    def __init__(self, cast: Cast, apps: Iterable[App]) -> None:
        self._cast = cast
        self.objects = inventory_objects(cast, apps)

    def register(self, app: App) -> None:
        """Add an application with its service principal, credentials, owner and granted permissions."""
        for page, found in app_objects(app, self._cast).items():
            self.objects[page] += found
        for role in app.roles.split():
            self._offer(role)

    def application(self, app: App) -> dict[str, Any]:
        """Give the application object, to be changed. Raises StopIteration where there is none."""
        return self.object("applications", application_id(app))

    def service_principal(self, app: App) -> dict[str, Any]:
        """Give the service principal, to be changed. Raises StopIteration where there is none."""
        return self.object("servicePrincipals", app.service_principal_id)

    def object(self, page: str, object_id: str) -> dict[str, Any]:
        """Give an object of a page, such as `users`, to be changed. Raises StopIteration where there is none."""
        return next(item for item in self.objects[page] if item["id"] == object_id)

    def grant(self, app: App, role: str) -> None:
        """Grant an application permission that no token of the application has."""
        (assignment,) = app_objects(app.changed(roles=role), self._cast)["appRoleAssignments"]
        self.objects["appRoleAssignments"].append(assignment)
        self._offer(role)

    def pages(self) -> dict[str, bytes]:
        """Give path → content of the pages."""
        return pages_of(self.objects)

    def _offer(self, role: str) -> None:
        offered = self.service_principal(self._cast.graph)["appRoles"]
        if role not in [known["value"] for known in offered]:
            offered.append(app_role(role))
