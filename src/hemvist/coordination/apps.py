from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    name = "hemvist.coordination"

    def ready(self) -> None:
        """The plan follows the facts: tell the reception which function re-derives it."""
        from hemvist.coordination.services import rederive
        from hemvist.reception.services import let_plan_follow

        let_plan_follow(rederive)
