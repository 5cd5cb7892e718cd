"""Roles 角色: who may do what. One table; every address of both listeners names the action that it is, and asks here.

A person has one role. Who has not signed in is anybody; who sends a key is a system, not a person: it reads what is shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from schemas.words import Term


class Role(StrEnum):
    """What a person is here for."""

    READER = "reader"
    DESK = "desk"
    OPERATOR = "operator"
    BUREAU = "bureau"


class Caller(StrEnum):
    """Who asks without having signed in."""

    ANYBODY = "anybody"
    KEY = "key"


Who = Role | Caller


class Action(StrEnum):
    """What an address does."""

    READ_PUBLIC = "read_public"
    READ_SHARED = "read_shared"
    SEND_FORMS = "send_forms"
    HOLD_WEBHOOKS = "hold_webhooks"
    PROBE = "probe"
    MEASURE = "measure"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SEE_OPERATIONS = "see_operations"
    SEE_REVIEWS = "see_reviews"
    RULE = "rule"
    RELEASE_SLICES = "release_slices"
    SEE_LETTERS = "see_letters"
    REPLAY_LETTERS = "replay_letters"
    SEE_PLATFORMS = "see_platforms"
    STEER_PLATFORMS = "steer_platforms"
    SEE_KEYS = "see_keys"
    MANAGE_KEYS = "manage_keys"
    SEE_ACCOUNTS = "see_accounts"
    SEE_AUDIT = "see_audit"
    KEEP_DESK = "keep_desk"


PERSONS: frozenset[Who] = frozenset(Role)
EVERYBODY: frozenset[Who] = PERSONS | frozenset(Caller)
MAY: Mapping[Action, frozenset[Who]] = MappingProxyType(
    {
        Action.READ_PUBLIC: EVERYBODY,
        Action.READ_SHARED: frozenset({Caller.KEY}),
        Action.SEND_FORMS: EVERYBODY,
        Action.HOLD_WEBHOOKS: frozenset({Caller.KEY}),
        Action.PROBE: EVERYBODY,
        Action.MEASURE: EVERYBODY,
        Action.SIGN_IN: EVERYBODY,
        Action.SIGN_OUT: PERSONS,
        Action.SEE_OPERATIONS: PERSONS,
        Action.SEE_REVIEWS: frozenset({Role.DESK, Role.OPERATOR, Role.BUREAU}),
        Action.RULE: frozenset({Role.DESK, Role.OPERATOR}),
        Action.RELEASE_SLICES: frozenset({Role.DESK, Role.OPERATOR}),
        Action.SEE_LETTERS: frozenset({Role.DESK, Role.OPERATOR}),
        Action.REPLAY_LETTERS: frozenset({Role.OPERATOR}),
        Action.SEE_PLATFORMS: PERSONS,
        Action.STEER_PLATFORMS: frozenset({Role.OPERATOR}),
        Action.SEE_KEYS: frozenset({Role.DESK, Role.OPERATOR}),
        Action.MANAGE_KEYS: frozenset({Role.OPERATOR}),
        Action.SEE_ACCOUNTS: frozenset({Role.OPERATOR}),
        Action.SEE_AUDIT: frozenset({Role.OPERATOR, Role.BUREAU}),
        Action.KEEP_DESK: frozenset({Role.DESK}),  # contacts are for the desk alone
    }
)
ROLES: Mapping[Role, Term] = MappingProxyType(
    {
        Role.READER: Term("查看", "reader"),
        Role.DESK: Term("业务", "desk"),
        Role.OPERATOR: Term("运维", "operator"),
        Role.BUREAU: Term("主管部门", "bureau"),
    }
)
ACTIONS: Mapping[Action, Term] = MappingProxyType(
    {
        Action.READ_PUBLIC: Term("读公开数据", "read what is public, with a key also what is shared"),
        Action.READ_SHARED: Term("读共享数据", "read what is shared and nothing else"),
        Action.SEND_FORMS: Term(
            "发布、更正、表达意向、邮件订阅",
            "post, report an error, express interest, forms that the desk looks at; follow by mail",
        ),
        Action.HOLD_WEBHOOKS: Term("管理自己的推送", "make, read and change the webhooks of the key that is sent"),
        Action.PROBE: Term("探活", "ask whether a process is alive, started and ready"),
        Action.MEASURE: Term("取指标", "read the metrics"),
        Action.SIGN_IN: Term("登录", "sign in"),
        Action.SIGN_OUT: Term("退出", "sign out"),
        Action.SEE_OPERATIONS: Term("看运行情况", "see processes, equations, dead letters, lags"),
        Action.SEE_REVIEWS: Term("看待复核事项和裁定", "see what waits for a person, and rulings"),
        Action.RULE: Term(
            "裁定合并、分出，撤销裁定", "rule that events are one or a record is not of its event; undo a ruling"
        ),
        Action.RELEASE_SLICES: Term("放行暂扣的栏目", "let pass, once, what a feed is held for"),
        Action.SEE_LETTERS: Term("看死信及原始记录", "see what was refused, with the record as it came"),
        Action.REPLAY_LETTERS: Term("重投死信", "put refused records back"),
        Action.SEE_PLATFORMS: Term("看各平台栏目的状态", "see how each feed fares"),
        Action.STEER_PLATFORMS: Term("暂停、恢复平台或栏目", "let a platform or a feed rest, and go on"),
        Action.SEE_KEYS: Term("看密钥清单", "see who holds a key"),
        Action.MANAGE_KEYS: Term("签发和吊销密钥", "make and revoke keys"),
        Action.SEE_ACCOUNTS: Term("看账户清单", "see the accounts and their roles"),
        Action.SEE_AUDIT: Term("看操作审计", "see who did what"),
        Action.KEEP_DESK: Term("值班台办理", "see what people sent by a form, with its contact, and decide about it"),
    }
)


def may(who: Who, action: Action) -> bool:
    """Whether this caller may do this. Everything else asks here."""
    return who in MAY[action]
