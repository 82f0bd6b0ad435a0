"""The tables. Every row has an owner; times are epoch seconds; sizes are bytes.

`files` says what a file is, `store_files` that a vector store holds it and what the store knows of it: a file may be
in several stores of its owner. JSON columns are never looked into by SQL, so they are the same on both databases.
A change here goes with a new file in migrations/versions/; a test compares the two.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

stores = sa.Table(
    "stores",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),  # may be empty, and several may have the same
    sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("metadata", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("expires_after_days", sa.BigInteger),
    sa.Column("last_active", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("removing", sa.Boolean, nullable=False, server_default=sa.false()),  # shown to nobody any more
    sa.Column("log_floor", sa.BigInteger, nullable=False, server_default="0"),  # `changes` is complete above it
    sa.Index(None, "owner", "name"),
    sa.Index(None, "owner", "created"),
    sa.Index(None, "name"),
)

# who may read a store beside its owner's administrator; without any, all of its owner's callers may
store_groups = sa.Table(
    "store_groups",
    metadata,
    sa.Column("store_id", sa.Text, sa.ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),  # "*" is everybody
    sa.Index(None, "name"),
)

files = sa.Table(
    "files",
    metadata,
    # an id is only unique within its owner: ids derived from content must not collide between strangers
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False, server_default="assistants"),
    sa.Column("expires", sa.BigInteger),
    # its bytes are ours to keep, in a store or not; a file of a folder goes with the last store that held it
    sa.Column("uploaded", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("removing", sa.Boolean, nullable=False, server_default=sa.false()),  # gone when its stores let go of it
    sa.Index(None, "owner", "created", "id"),
    sa.Index(None, "sha256"),
    sa.Index(None, "expires"),
)

# as of a store; who may read a file may not therefore read a store that holds it, nor the other way round
file_groups = sa.Table(
    "file_groups",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("file_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.ForeignKeyConstraint(["owner", "file_id"], ["files.owner", "files.id"], ondelete="CASCADE"),
    sa.Index(None, "name"),
)

store_files = sa.Table(
    "store_files",
    metadata,
    sa.Column("store_id", sa.Text, sa.ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("file_id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("source", sa.Text),  # where it was read from, None for an upload
    sa.Column("sha256", sa.Text, nullable=False),  # of the content this store has indexed
    sa.Column("chunks", sa.BigInteger, nullable=False),
    sa.Column("attributes", sa.JSON, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False, server_default="completed"),  # a FileStatus, or removing
    sa.Column("error_code", sa.Text),
    sa.Column("error_message", sa.Text),
    sa.Column("max_tokens", sa.BigInteger),  # of the client's own chunking; both or neither
    sa.Column("overlap_tokens", sa.BigInteger),
    sa.Column("usage_bytes", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("batch_id", sa.Text),
    sa.Column("lease_owner", sa.Text),  # who works on it, or worked on it when it died
    sa.Column("lease_until", sa.Double),
    sa.Column("deaths", sa.BigInteger, nullable=False, server_default="0"),  # of workers who had it in hand
    sa.ForeignKeyConstraint(["owner", "file_id"], ["files.owner", "files.id"], ondelete="CASCADE"),
    # a hash: paths may be longer than PostgreSQL's tree index takes
    sa.Index(None, "source", postgresql_using="hash"),
    sa.Index(None, "owner", "file_id"),
    # as lists and claims are ordered: thousands of files are attached in one second
    sa.Index(None, "store_id", "created", "file_id"),
    sa.Index(None, "status", "created", "store_id", "file_id"),
    sa.Index(None, "batch_id"),
    sa.Index(None, "lease_owner"),
)

# the version at which a file's chunks last changed in the index, put in or taken out; the latest change is all that
# matters, so a file has one row, and keeps it for a while when it has left the store
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("store_id", sa.Text, sa.ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("file_id", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Index(None, "store_id", "version"),
    sa.Index(None, "created"),
)

# the reindex that was last asked for; while it is in progress, nobody else works on the store's files
reindexes = sa.Table(
    "reindexes",
    metadata,
    sa.Column("store_id", sa.Text, sa.ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),  # chunks
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("error_code", sa.Text),
    sa.Column("error_message", sa.Text),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("finished", sa.BigInteger),
    sa.Column("lease_owner", sa.Text),
    sa.Column("lease_until", sa.Double),
    sa.Index(None, "status", "created"),
    sa.Index(None, "lease_owner"),
)

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("store_id", sa.Text, sa.ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("cancelled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index(None, "store_id"),
)

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("mime_type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("file_id", sa.Text),
    sa.Column("lifetime_s", sa.BigInteger),
    sa.Index(None, "status", "expires"),
)

upload_parts = sa.Table(
    "upload_parts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("upload_id", sa.Text, sa.ForeignKey("uploads.id", ondelete="CASCADE"), nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Index(None, "upload_id"),
    sa.Index(None, "sha256"),
)

# where a list goes on after the item of this id, for a client that deletes what it reads page by page
bookmarks = sa.Table(
    "bookmarks",
    metadata,
    sa.Column("list", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("created", sa.BigInteger, nullable=False),  # the item's
    sa.Column("gone", sa.BigInteger, nullable=False),
    sa.Index(None, "gone"),
)

# under which id an upstream has a file of the library; kept when either is deleted, for jobs go on naming it
remote_files = sa.Table(
    "remote_files",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("upstream", sa.Text, primary_key=True),
    sa.Column("remote_id", sa.Text, primary_key=True),
    sa.Column("file_id", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false()),  # the upstream has it no more
    sa.Index(None, "owner", "file_id"),
)

# which fine-tuning jobs are whose, and where they run; what they are doing, the upstream alone knows
remote_jobs = sa.Table(
    "remote_jobs",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("upstream", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Index(None, "owner", "created", "id"),
)

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True),  # "*": everyone's
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("instructions", sa.Text),
    sa.Column("stores", sa.JSON, nullable=False),
    sa.Column("model", sa.Text),
    sa.Column("params", sa.JSON, nullable=False),
    sa.Column("lang", sa.Text),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("retrieval", sa.JSON, nullable=False, server_default="{}"),  # what of it is set
    sa.Column("visibility", sa.Text, nullable=False, server_default="private"),
    sa.Column("groups", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("allowance", sa.JSON),
    sa.Column("tools", sa.JSON),  # OpenAI's; none where nothing was said of them
    sa.Column("metadata", sa.JSON, nullable=False, server_default="{}"),
)

# who may ask: of a key only the hash of its secret is known; after a rotation the former one is good for a while
keys = sa.Table(
    "keys",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("former_sha256", sa.Text),
    sa.Column("former_until", sa.BigInteger),
    sa.Column("prefix", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("groups", sa.JSON, nullable=False),
    sa.Column("models", sa.JSON),
    sa.Column("stores", sa.JSON),
    sa.Column("requests_per_minute", sa.BigInteger),
    sa.Column("tokens_per_minute", sa.BigInteger),
    sa.Column("model_limits", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("budget_usd", sa.Double),
    sa.Column("budget_period", sa.Text),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("expires", sa.BigInteger),
    sa.Column("revoked", sa.BigInteger),
    sa.Column("last_used", sa.BigInteger),
    sa.Index(None, "sha256", unique=True),
    sa.Index(None, "former_sha256"),
    sa.Index(None, "created", "id"),
)

# one row for each request that asked a model, or was refused one; written in the background
usage = sa.Table(
    "usage",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("caller", sa.Text),  # the key's id, or the person's; none for anybody
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),  # as asked
    sa.Column("agent", sa.Text),
    sa.Column("upstream", sa.Text),  # `<upstream>/<id>` of who answered
    sa.Column("prompt", sa.BigInteger, nullable=False),
    sa.Column("cached", sa.BigInteger, nullable=False),
    sa.Column("completion", sa.BigInteger, nullable=False),
    sa.Column("reasoning", sa.BigInteger, nullable=False),
    sa.Column("estimated", sa.Boolean, nullable=False),
    sa.Column("cost", sa.Double),
    sa.Column("ms", sa.Double, nullable=False),
    sa.Column("status", sa.BigInteger, nullable=False),
    sa.Column("hit", sa.Boolean, nullable=False),  # answered from the cache
    sa.Index(None, "created"),
    sa.Index(None, "caller", "created"),
    sa.Index(None, "agent", "created"),
)

# what was said, in OpenAI's items; `used` is when somebody last did
conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("used", sa.BigInteger, nullable=False),
    sa.Column("metadata", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("summary", sa.Text),  # of all items up to the position `summarised`
    sa.Column("summarised", sa.BigInteger),
    sa.Index(None, "owner", "created", "id"),
    sa.Index(None, "used"),
)

conversation_items = sa.Table(
    "conversation_items",
    metadata,
    sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("turn", sa.Text),  # what was asked and answered together has the same
    sa.Column("data", sa.JSON, nullable=False),
    sa.Index(None, "conversation_id", "position", unique=True),
    sa.Index(None, "conversation_id", "turn"),
)

# what a request said, asked again under the same Idempotency-Key; `until` is when a first one in hand is given up
idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),  # of the request
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("until", sa.Double, nullable=False),
    sa.Column("body", sa.JSON),  # of the whole answer, once there is one
    sa.Index(None, "created"),
)

# `body` is OpenAI's object as it now is; the rest is what it is found by, and what its work needs
responses = sa.Table(
    "responses",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("background", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("previous_id", sa.Text),
    sa.Column("conversation_id", sa.Text),
    sa.Column("request", sa.JSON, nullable=False),  # as it came
    sa.Column("input", sa.JSON, nullable=False),  # items, with ids
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("caller", sa.JSON),  # for whom it is worked on
    sa.Column("lease_owner", sa.Text),
    sa.Column("lease_until", sa.Double),
    sa.Column("deaths", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index(None, "owner", "created", "id"),
    sa.Index(None, "created"),
    sa.Index(None, "status", "created"),
    sa.Index(None, "lease_owner"),
    sa.Index(None, "previous_id"),
)

# of a response that is worked on in the background, so that its stream can be read again from any event on
response_events = sa.Table(
    "response_events",
    metadata,
    sa.Column("response_id", sa.Text, sa.ForeignKey("responses.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("data", sa.JSON, nullable=False),
)

# a conversation that assistants answer in
threads = sa.Table(
    "threads",
    metadata,
    sa.Column("id", sa.Text, sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tool_resources", sa.JSON, nullable=False, server_default="{}"),
)

# what is known of an item of a thread that is a message, where it was not made by another route
thread_messages = sa.Table(
    "thread_messages",
    metadata,
    sa.Column("thread_id", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("assistant_id", sa.Text),
    sa.Column("run_id", sa.Text),
    sa.Column("attachments", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("metadata", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("incomplete", sa.JSON),
    sa.Column("completed_at", sa.BigInteger),
    sa.Column("incomplete_at", sa.BigInteger),
    sa.ForeignKeyConstraint(
        ["thread_id", "id"], ["conversation_items.conversation_id", "conversation_items.id"], ondelete="CASCADE"
    ),
    sa.Index(None, "thread_id", "run_id"),
)

_ACTIVE = sa.text("status IN ('queued', 'in_progress', 'requires_action', 'cancelling')")

# `body` is OpenAI's object as it now is; the rest is what it is found by, and what its work needs
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("thread_id", sa.Text, sa.ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    sa.Column("assistant_id", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("request", sa.JSON, nullable=False),  # what is to be asked
    sa.Column("said", sa.JSON, nullable=False, server_default="[]"),  # calls and outputs, items, so far
    sa.Column("caller", sa.JSON, nullable=False),  # for whom it is worked on
    sa.Column("expires", sa.BigInteger),
    sa.Column("lease_owner", sa.Text),
    sa.Column("lease_until", sa.Double),
    sa.Column("deaths", sa.BigInteger, nullable=False, server_default="0"),
    # a thread has one that is active, or none
    sa.Index(None, "thread_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    sa.Index(None, "thread_id", "created", "id"),
    sa.Index(None, "owner", "status"),
    sa.Index(None, "status", "created"),
    sa.Index(None, "lease_owner"),
)

run_steps = sa.Table(
    "run_steps",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Index(None, "run_id", "number", unique=True),
)

# of a run, so that whoever asked can be told by any process
run_events = sa.Table(
    "run_events",
    metadata,
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("data", sa.JSON, nullable=False),
)

# chat completions that were to be stored; `messages` are those asked, with ids
completions = sa.Table(
    "completions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("messages", sa.JSON, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Index(None, "owner", "created", "id"),
    sa.Index(None, "created"),
)

completion_metadata = sa.Table(
    "completion_metadata",
    metadata,
    sa.Column("completion_id", sa.Text, sa.ForeignKey("completions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Index(None, "key", "value"),
)

# requests in a file, answered one by one in the background; `batches` above are of files for a store
batch_jobs = sa.Table(
    "batch_jobs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("input_file_id", sa.Text, nullable=False),
    sa.Column("window_s", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("metadata", sa.JSON),
    sa.Column("model", sa.Text),
    sa.Column("errors", sa.JSON),
    sa.Column("total", sa.BigInteger, nullable=False, server_default="0"),  # lines, once they have been read
    sa.Column("completed", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("failed", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("usage", sa.JSON),  # tokens, once it has ended
    sa.Column("ending", sa.Text),  # the status that follows `finalizing`
    sa.Column("output_file_id", sa.Text),
    sa.Column("error_file_id", sa.Text),
    sa.Column("output_lifetime_s", sa.BigInteger),
    sa.Column("started", sa.BigInteger),
    sa.Column("cancelling", sa.BigInteger),
    sa.Column("finalizing", sa.BigInteger),
    sa.Column("ended", sa.BigInteger),
    sa.Column("caller", sa.JSON, nullable=False),  # for whom it is worked on
    sa.Column("lease_owner", sa.Text),
    sa.Column("lease_until", sa.Double),
    sa.Column("deaths", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index(None, "owner", "created", "id"),
    sa.Index(None, "status", "created"),
    sa.Index(None, "lease_owner"),
)

# one row for each line of the file that is done with, well or not
batch_results = sa.Table(
    "batch_results",
    metadata,
    sa.Column("batch_id", sa.Text, sa.ForeignKey("batch_jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("failed", sa.Boolean, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
)

# what this installation signs with, when nobody gave it a secret; every machine reads the same
secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
)
