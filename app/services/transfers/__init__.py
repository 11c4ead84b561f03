"""调拨借用: who could help whom, requests, the steps of both members, loans and what comes back."""

from app.services.transfers.commands import (
    Accept,
    AcceptLot,
    Attach,
    Confirm,
    Paper,
    Request,
    RequestLine,
    Send,
    SendPick,
    Step,
)
from app.services.transfers.propose import Proposal, ProposeQuery, Wanted, propose
from app.services.transfers.request import request

__all__ = [
    "Accept",
    "AcceptLot",
    "Attach",
    "Confirm",
    "Paper",
    "Proposal",
    "ProposeQuery",
    "Request",
    "RequestLine",
    "Send",
    "SendPick",
    "Step",
    "Wanted",
    "propose",
    "request",
]
