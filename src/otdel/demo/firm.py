"""The invented company: its departments and 24 people. Months count back from the current one."""

from __future__ import annotations

from dataclasses import dataclass

COMPANY = "Тепловодье"
DOMAIN = "teplovodie.example"
# Known to all: this is what the sign-in page of a demo company shows.
PASSWORD = "otdel-demo"  # noqa: S105

# key, parent, head
UNITS: tuple[tuple[str, str | None, str], ...] = (
    ("company", None, "gromov"),
    ("sales", "company", "sokolova"),
    ("north", "sales", "belov"),
    ("south", "sales", "fedorova"),
    ("active", "company", "orlov"),
    ("service", "company", "titova"),
)
# Departments plans are made for, one document each.
DEPARTMENTS = ("sales", "active", "service")


@dataclass(frozen=True)
class Worker:
    """One person. `rate` is deals opened per working month, 0 for who does not sell."""

    key: str
    last: str
    first: str
    middle: str
    position: str
    role: str
    unit: str
    rate: float = 0
    skill: float = 1
    size: float = 1
    hired: int | None = None
    left: int | None = None
    heir: str = ""
    moved_from: str = ""
    moved: int | None = None

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"


PEOPLE: tuple[Worker, ...] = (
    Worker("gromov", "Громов", "Виктор", "Андреевич", "director", "director", "company"),
    Worker("lebedeva", "Лебедева", "Ольга", "Павловна", "accountant", "accountant", "company"),
    Worker("osipov", "Осипов", "Илья", "Сергеевич", "administrator", "administrator", "company"),
    Worker("sokolova", "Соколова", "Анна", "Викторовна", "sales head", "head", "sales"),
    Worker("belov", "Белов", "Борис", "Николаевич", "group head", "head", "north"),
    Worker("ivanova", "Иванова", "Мария", "Олеговна", "manager", "manager", "north", 18, 1.0, 1.0),
    Worker("kuznetsov", "Кузнецов", "Денис", "Игоревич", "senior", "manager", "north", 20, 1.1, 1.1),
    Worker("morozova", "Морозова", "Елена", "Юрьевна", "senior", "manager", "north", 20, 1.2, 1.15),
    Worker("tarasov", "Тарасов", "Павел", "Романович", "manager", "manager", "north", 15, 0.85, 0.9,
           left=-5, heir="ivanova"),
    Worker("nikitin", "Никитин", "Артём", "Вадимович", "manager", "manager", "north", 14, 0.85, 0.8, hired=-4),
    Worker("fedorova", "Фёдорова", "Наталья", "Сергеевна", "group head", "head", "south"),
    Worker("gusev", "Гусев", "Глеб", "Андреевич", "senior", "manager", "south", 19, 1.05, 1.2),
    Worker("pavlova", "Павлова", "Ирина", "Максимовна", "manager", "manager", "south", 18, 1.0, 0.95),
    Worker("semenov", "Семёнов", "Роман", "Львович", "manager", "manager", "south", 17, 1.0, 1.0,
           moved_from="north", moved=-7),
    Worker("zaytseva", "Зайцева", "Юлия", "Борисовна", "manager", "manager", "south", 17, 0.95, 0.9),
    Worker("romanov", "Романов", "Кирилл", "Денисович", "manager", "manager", "south", 15, 0.9, 0.9, hired=-11),
    Worker("orlov", "Орлов", "Михаил", "Петрович", "active head", "head", "active"),
    Worker("vorobyov", "Воробьёв", "Сергей", "Ильич", "active", "manager", "active", 8, 0.9, 0.8),
    Worker("kiseleva", "Киселёва", "Дарья", "Алексеевна", "active", "manager", "active", 8, 0.95, 0.8),
    Worker("makarov", "Макаров", "Никита", "Олегович", "active", "manager", "active", 7, 0.85, 0.8),
    Worker("egorova", "Егорова", "Полина", "Игоревна", "active", "manager", "active", 9, 1.15, 0.9),
    Worker("titova", "Титова", "Галина", "Ивановна", "service head", "head", "service"),
    Worker("frolov", "Фролов", "Константин", "Юрьевич", "service", "manager", "service", 26, 1.2, 0.5),
    Worker("antonova", "Антонова", "Светлана", "Павловна", "service", "manager", "service", 25, 1.15, 0.5),
)  # fmt: skip

BY_KEY = {worker.key: worker for worker in PEOPLE}
SELLERS = tuple(worker for worker in PEOPLE if worker.rate)
DIRECTOR, ACCOUNTANT, ADMINISTRATOR = "gromov", "lebedeva", "osipov"
HEAD, MANAGER = "sokolova", "ivanova"
# Whom to sign in as, by what one wants to see.
SHOWN = (HEAD, MANAGER, DIRECTOR, ACCOUNTANT, ADMINISTRATOR)

# The stories the board tells.
FADING = "kuznetsov"  # from proposal to invoice comes half of what came before
FADING_FROM = -3
SHRINKING = "south"  # a group whose clients fall silent
SHRINKING_FROM = -5
DEBTOR_OF = "gusev"  # shipped without money, long overdue
STAR = "egorova"  # planned far too low
UNDERPLANNED_GROUP = "auto"
