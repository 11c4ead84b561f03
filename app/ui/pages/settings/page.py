"""系统设置: a list of sections on the left, the chosen one on the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.domain.duties import Duty
from app.i18n import _
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.settings.about import AboutSection
from app.ui.pages.settings.approval import ApprovalSection
from app.ui.pages.settings.catalogue_rules import CatalogueRulesSection
from app.ui.pages.settings.data import DataSection
from app.ui.pages.settings.door import DoorSection
from app.ui.pages.settings.look import LookSection
from app.ui.pages.settings.organisations import OrganisationsSection
from app.ui.pages.settings.people import PeopleSection
from app.ui.pages.settings.places import PlacesSection
from app.ui.pages.settings.printer import PrinterSection
from app.ui.pages.settings.rules import RulesSection
from app.ui.pages.settings.scanner import ScannerSection
from app.ui.pages.settings.section import Section
from app.ui.pages.settings.terms import TermsSection
from app.ui.widgets.buttons import NavButton
from app.ui.widgets.cards import Card, page_column

_EVERYBODY: Final = frozenset({"data", "scanner", "printer", "look", "about"})
"""Sections of this computer; those of the group are not a supplier's concern."""


class SettingsPage(Page):
    """Everything that can be set on this computer, and what can only be read."""

    name: ClassVar[str] = "settings"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.PEOPLE, Topic.SETTINGS})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.sections: dict[str, Section] = {}
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        nav = Card("", padding=8)
        nav.setMinimumWidth(196)
        nav.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        nav.body.setSpacing(2)
        self._nav = nav.body
        supplier = context.actor.has(Duty.SUPPLY)
        for key, title, icon, make in self._plan():
            if not supplier or key in _EVERYBODY:
                self._add(key, title, icon, make(context))
        nav.body.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(nav)
        row.addWidget(self._stack, 1)
        page_column(self).addLayout(row, 1)
        self.choose("data")
        self.on(Act.BACKUP, self._back_up)

    @staticmethod
    def _plan() -> tuple[tuple[str, str, Icon, Callable[[PageContext], Section]], ...]:
        return (
            ("data", _("数据与备份"), Icon.DATABASE, DataSection),
            ("organisations", _("机构"), Icon.HOSPITAL, OrganisationsSection),
            ("people", _("人员与职责"), Icon.ACCOUNT_GROUP, PeopleSection),
            ("places", _("库位"), Icon.WAREHOUSE, PlacesSection),
            ("terms", _("供货与结算"), Icon.TRUCK, TermsSection),
            ("door", _("验收要求"), Icon.CLIPBOARD_CHECK, DoorSection),
            ("approval", _("审批额度"), Icon.CLIPBOARD_CHECK, ApprovalSection),
            ("catalogue", _("目录规则"), Icon.CLIPBOARD_CHECK, CatalogueRulesSection),
            ("rules", _("供应商条码"), Icon.BARCODE, RulesSection),
            ("scanner", _("扫码枪"), Icon.BARCODE_SCAN, ScannerSection),
            ("printer", _("标签打印机"), Icon.PRINTER, PrinterSection),
            ("look", _("外观"), Icon.PALETTE, LookSection),
            ("about", _("关于"), Icon.INFORMATION, AboutSection),
        )

    def _add(self, key: str, title: str, icon: Icon, section: Section) -> None:
        button = NavButton(title, icon)
        button.clicked.connect(lambda: self.choose(key))
        self._group.addButton(button)
        self._nav.addWidget(button)
        self.sections[key] = section
        self._stack.addWidget(_scrolling(section))

    def choose(self, key: str) -> None:
        """Bring a section to the front."""
        place = list(self.sections).index(key)
        self._stack.setCurrentIndex(place)
        button = self._group.buttons()[place]
        button.setChecked(True)
        self.setFocusProxy(button)  # keys work on arrival
        self.sections[key].refresh()
        self.chrome_changed.emit()

    @property
    def current(self) -> str:
        """The section in front."""
        return list(self.sections)[self._stack.currentIndex()]

    def _back_up(self) -> None:
        self.choose("data")
        section = self.sections["data"]
        if isinstance(section, DataSection):
            section.start_backup()

    @override
    def refresh(self) -> None:
        self.sections[self.current].refresh()

    @override
    def arrive(self, **arguments: object) -> None:
        key = arguments.get("section")
        if isinstance(key, str) and key in self.sections:
            self.choose(key)

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (self.hint(Act.LARGER), self.hint(Act.SMALLER), self.hint(Act.DARK))

    @override
    def save_state(self) -> dict[str, object]:
        return {"section": self.current}

    @override
    def restore_state(self, state: dict[str, object]) -> None:
        self.arrive(**state)


def _scrolling(section: QWidget) -> QScrollArea:
    area = QScrollArea()
    inside = QWidget()
    inside.setObjectName("scrolled")
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(section)
    area.setWidgetResizable(True)
    area.setWidget(inside)
    area.viewport().setAutoFillBackground(False)
    return area
