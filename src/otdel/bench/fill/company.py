"""The company: its people, departments and lists to choose from."""

from __future__ import annotations

import json

from otdel.bench.fill.pour import Pour
from otdel.bench.fill.sizes import DIRECTOR, IN_UNIT, unit_of
from otdel.org.rules import PRESETS


class Company(Pour):
    def run(self) -> None:
        for step in (self._organisation, self._lists):
            step()

    def _organisation(self) -> None:
        people, now = self.size.people, f"timestamptz '{self.start}'"
        for number, (code, (name, rights)) in enumerate(PRESETS.items(), start=1):
            self.cursor.execute(
                "insert into org_role (id, code, name, rights, is_preset) values (%s, %s, %s, %s, true)",
                [number, code, name, json.dumps(rights)],
            )
        role = {code: number for number, code in enumerate(PRESETS, start=1)}
        self.insert(
            "org_person",
            f"generate_series(1, {people}) i",
            id="i",
            first_name="(array['Анна','Борис','Вера','Глеб','Дарья','Егор'])[1 + i % 6]",
            last_name="'Фамилия' || i",
            email="'p' || i || '@bench.example'",
            role_id=f"case when i = {DIRECTOR} then {role['director']} else {role['manager']} end",
            is_active="true",
            created_at=now,
            employed_from=f"date '{self.start}'",
        )
        units = people // IN_UNIT + 1
        self.insert(
            "org_unit",
            f"generate_series(1, {units + 1}) i",
            id="i",
            name="case when i = 1 then 'Компания' else 'Отдел ' || i end",
            parent_id="case when i > 1 then 1 end",
            head_id=f"case when i = 1 then {DIRECTOR} end",
            position="i",
        )
        self.insert(
            "org_membership",
            f"generate_series(1, {people}) i",
            id="i",
            person_id="i",
            unit_id=f"case when i = {DIRECTOR} then 1 else {unit_of('i')} end",
            starts_on="date '2015-01-01'",
        )
        self.insert("org_company", "generate_series(1, 1) i", id="1", name="'Бенч'", currency="'RUB'", country="'RU'",
                    time_zone="'Europe/Moscow'", language="'ru'", tolerance="0.2", active_days="90",
                    new_client_days="90", purchase="'payments'", work_starts="time '09:00'",
                    work_ends="time '18:00'", created_at=now)  # fmt: skip

    def _lists(self) -> None:
        for table, count in (
            ("customers_clientsegment", 6), ("customers_region", 8), ("customers_channel", 4),
            ("customers_source", 6), ("deals_lossreason", 6), ("billing_productgroup", 10), ("deals_pipeline", 1),
        ):  # fmt: skip
            self.insert(
                table, f"generate_series(1, {count}) i", id="i", name="'Строка ' || i", position="i", is_active="true"
            )
        self.insert(
            "deals_stage", "generate_series(1, 7) i", id="i", name="'Стадия ' || i", pipeline_id="1", position="i",
            outcome="case i when 6 then 'WON' when 7 then 'LOST' else 'OPEN' end", is_active="true",
        )  # fmt: skip
        self.insert(
            "billing_product", "generate_series(1, 500) i", id="i", name="'Товар ' || i", group_id="1 + i % 10",
            price="100 + i", is_active="true", **self.times(),
        )  # fmt: skip
