"""Settlement by consumption: statements per supplier and member, confirmed by both, invoiced."""

from app.services.settlement.make import MakeStatements, StatementMade, make_statements
from app.services.settlement.steps import Step, step

__all__ = ["MakeStatements", "StatementMade", "Step", "make_statements", "step"]
