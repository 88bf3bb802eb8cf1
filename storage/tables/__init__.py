"""The tables. One import makes every table known to the metadata, which alembic and the tests read."""

from storage.tables.base import Base
from storage.tables.items import (
    Claim,
    Conflict,
    Embedding,
    Import,
    Item,
    NearDuplicateKey,
    Prediction,
    Standing,
    StandingCount,
)
from storage.tables.jobs import Job, JobPoint, JobStatus
from storage.tables.labels import Label
from storage.tables.people import Person, Setting, Token
from storage.tables.truths import Annotation, Truth, TruthLabel
from storage.tables.versions import Version, VersionStatus

__all__ = [
    "Annotation",
    "Base",
    "Claim",
    "Conflict",
    "Embedding",
    "Import",
    "Item",
    "Job",
    "JobPoint",
    "JobStatus",
    "Label",
    "NearDuplicateKey",
    "Person",
    "Prediction",
    "Setting",
    "Standing",
    "StandingCount",
    "Token",
    "Truth",
    "TruthLabel",
    "Version",
    "VersionStatus",
]
