CREATE TABLE "agent_roles" (
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"description" text NOT NULL,
	"mode" text NOT NULL,
	"definition" jsonb NOT NULL,
	"source" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "agent_roles_name_version_pk" PRIMARY KEY("name","version"),
	CONSTRAINT "agent_roles_mode" CHECK ("agent_roles"."mode" in ('primary', 'subagent', 'all'))
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"prefix" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"roles" text[] DEFAULT '{}' NOT NULL,
	"own_scopes" text[] DEFAULT '{}' NOT NULL,
	"scopes" text[] DEFAULT '{}' NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"replaced_by" text,
	"last_used_at" timestamp (3) with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"claimed_for" text,
	"action" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"request_id" text,
	"node" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "call_edges" (
	"source" text NOT NULL,
	"target" text NOT NULL,
	"type" text NOT NULL,
	CONSTRAINT "call_edges_source_target_type_pk" PRIMARY KEY("source","target","type"),
	CONSTRAINT "call_edges_type" CHECK ("call_edges"."type" in ('triggered', 'depends_on'))
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"request_id" text PRIMARY KEY NOT NULL,
	"parent_request_id" text,
	"root_request_id" text NOT NULL,
	"operation" text NOT NULL,
	"status" text NOT NULL,
	"node" text,
	"attempt" integer DEFAULT 1 NOT NULL,
	"identity_id" text,
	"originator_id" text,
	"error_code" text,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"completed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "credentials" (
	"provider" text NOT NULL,
	"account" text DEFAULT '' NOT NULL,
	"kind" text NOT NULL,
	"key_version" integer NOT NULL,
	"salt" "bytea" NOT NULL,
	"iv" "bytea" NOT NULL,
	"data" "bytea" NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "credentials_provider_account_pk" PRIMARY KEY("provider","account")
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"hash_key_check" text NOT NULL,
	"roles_revision" integer NOT NULL,
	"first_key_made_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "installation_is_one" CHECK ("installation"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "key_ring" (
	"version" integer PRIMARY KEY NOT NULL,
	"kdf" text NOT NULL,
	"iterations" integer,
	"salt" "bytea",
	"info" text,
	"vault_version" integer,
	"wrapped_salt" "bytea",
	"wrapped_iv" "bytea",
	"wrapped_data" "bytea",
	"state" text NOT NULL,
	"current" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp (3) with time zone,
	CONSTRAINT "key_ring_version" CHECK ("key_ring"."version" >= 100),
	CONSTRAINT "key_ring_kdf" CHECK ("key_ring"."kdf" in ('pbkdf2-sha256', 'hkdf-sha256', 'vault')),
	CONSTRAINT "key_ring_state" CHECK ("key_ring"."state" in ('active', 'retiring', 'retired'))
);
--> statement-breakpoint
CREATE TABLE "mappings" (
	"session_id" text PRIMARY KEY NOT NULL,
	"parent_session_id" text,
	"worktree_path" text NOT NULL,
	"branch" text NOT NULL,
	"task" text,
	"status" text DEFAULT 'active' NOT NULL,
	"agent" text,
	"model" jsonb,
	"attempts" integer,
	"node" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp (3) with time zone,
	CONSTRAINT "mappings_worktree_path_unique" UNIQUE("worktree_path"),
	CONSTRAINT "mappings_status" CHECK ("mappings"."status" in ('active', 'completed', 'failed', 'aborted'))
);
--> statement-breakpoint
CREATE TABLE "message_parts" (
	"id" text PRIMARY KEY NOT NULL,
	"message_id" text NOT NULL,
	"session_id" text NOT NULL,
	"index" integer NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"words" "tsvector" GENERATED ALWAYS AS (to_tsvector('simple', case when type = 'text' then coalesce(data->>'text', '') else '' end)) STORED,
	CONSTRAINT "message_parts_order" UNIQUE("message_id","index")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" text PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"role" text NOT NULL,
	"state" text NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "messages_role" CHECK ("messages"."role" in ('user', 'assistant', 'system')),
	CONSTRAINT "messages_state" CHECK ("messages"."state" in ('open', 'complete', 'failed', 'discarded'))
);
--> statement-breakpoint
CREATE TABLE "models" (
	"provider_id" text NOT NULL,
	"model_id" text NOT NULL,
	"name" text NOT NULL,
	"context_tokens" integer,
	"input_tokens" integer,
	"output_tokens" integer,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "models_provider_id_model_id_pk" PRIMARY KEY("provider_id","model_id")
);
--> statement-breakpoint
CREATE TABLE "peer_fingerprints" (
	"fingerprint" text PRIMARY KEY NOT NULL,
	"peer_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "peer_tokens" (
	"prefix" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"peer_id" text NOT NULL,
	"not_after" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "peer_tokens_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "peers" (
	"peer_id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"display_name" text,
	"roles" text[] DEFAULT '{}' NOT NULL,
	"own_scopes" text[] DEFAULT '{}' NOT NULL,
	"scopes" text[] DEFAULT '{}' NOT NULL,
	"resources" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "peers_id" CHECK ("peers"."peer_id" ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
	CONSTRAINT "peers_role" CHECK ("peers"."role" in ('node', 'client'))
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" text PRIMARY KEY NOT NULL,
	"worktree" text NOT NULL,
	"name" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_worktree_unique" UNIQUE("worktree")
);
--> statement-breakpoint
CREATE TABLE "providers" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"base_url" text,
	"credential" text,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"per_second" integer NOT NULL,
	"burst" integer NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rate_limits_kind_id_pk" PRIMARY KEY("kind","id"),
	CONSTRAINT "rate_limits_positive" CHECK ("rate_limits"."per_second" > 0 and "rate_limits"."burst" > 0)
);
--> statement-breakpoint
CREATE TABLE "registration_tokens" (
	"prefix" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"peer_id" text NOT NULL,
	"role" text NOT NULL,
	"roles" text[] DEFAULT '{}' NOT NULL,
	"own_scopes" text[] DEFAULT '{}' NOT NULL,
	"resources" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"replace" boolean DEFAULT false NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"consumed_at" timestamp (3) with time zone,
	"consumed_by" text,
	"session_prefix" text,
	"nonces" text[] DEFAULT '{}' NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "registration_tokens_role" CHECK ("registration_tokens"."role" in ('node', 'client'))
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"name" text PRIMARY KEY NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"scopes" text[] DEFAULT '{}' NOT NULL,
	"built_in" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text,
	"parent_id" text,
	"title" text,
	"state" text NOT NULL,
	"role" text,
	"role_version" integer,
	"owner_kind" text NOT NULL,
	"owner_id" text NOT NULL,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"position" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "spokes" (
	"peer_id" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"node" text,
	"epoch" bigint,
	"spec_hash" text,
	"operations" integer DEFAULT 0 NOT NULL,
	"agent" text,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"connected_at" timestamp (3) with time zone,
	"disconnected_at" timestamp (3) with time zone,
	"position" bigint NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "task_edges" (
	"prerequisite" text NOT NULL,
	"dependent" text NOT NULL,
	"quality_retention" real,
	CONSTRAINT "task_edges_prerequisite_dependent_pk" PRIMARY KEY("prerequisite","dependent"),
	CONSTRAINT "task_edges_no_loop" CHECK ("task_edges"."prerequisite" <> "task_edges"."dependent")
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text,
	"name" text NOT NULL,
	"status" text,
	"scope" text,
	"risk" text,
	"impact" text,
	"level" text,
	"priority" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"assignee" text,
	"session_id" text,
	"due" text,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"position" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "todos" (
	"session_id" text NOT NULL,
	"index" integer NOT NULL,
	"data" jsonb NOT NULL,
	CONSTRAINT "todos_session_id_index_pk" PRIMARY KEY("session_id","index")
);
--> statement-breakpoint
CREATE TABLE "usage" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"provider_id" text NOT NULL,
	"model_id" text NOT NULL,
	"identity_kind" text NOT NULL,
	"identity_id" text NOT NULL,
	"session_id" text,
	"request_id" text,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"reasoning_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_read_tokens" bigint DEFAULT 0 NOT NULL,
	"cache_write_tokens" bigint DEFAULT 0 NOT NULL,
	"cost" numeric(20, 10),
	"currency" text,
	"duration_ms" integer,
	"outcome" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "message_parts" ADD CONSTRAINT "message_parts_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."messages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_parts" ADD CONSTRAINT "message_parts_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_provider_id_providers_id_fk" FOREIGN KEY ("provider_id") REFERENCES "public"."providers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "peer_fingerprints" ADD CONSTRAINT "peer_fingerprints_peer_id_peers_peer_id_fk" FOREIGN KEY ("peer_id") REFERENCES "public"."peers"("peer_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "peer_tokens" ADD CONSTRAINT "peer_tokens_peer_id_peers_peer_id_fk" FOREIGN KEY ("peer_id") REFERENCES "public"."peers"("peer_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "todos" ADD CONSTRAINT "todos_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_newest" ON "api_keys" USING btree ("created_at","prefix");--> statement-breakpoint
CREATE INDEX "api_keys_name" ON "api_keys" USING btree (lower("name") text_pattern_ops,"prefix");--> statement-breakpoint
CREATE INDEX "api_keys_roles" ON "api_keys" USING gin ("roles");--> statement-breakpoint
CREATE INDEX "audit_log_subject" ON "audit_log" USING btree ("subject_kind","subject_id","id");--> statement-breakpoint
CREATE INDEX "audit_log_actor" ON "audit_log" USING btree ("actor_kind","actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_log_action" ON "audit_log" USING btree ("action","id");--> statement-breakpoint
CREATE INDEX "audit_log_at" ON "audit_log" USING btree ("at");--> statement-breakpoint
CREATE INDEX "call_edges_target" ON "call_edges" USING btree ("target");--> statement-breakpoint
CREATE INDEX "calls_newest" ON "calls" USING btree ("requested_at","request_id");--> statement-breakpoint
CREATE INDEX "calls_tree" ON "calls" USING btree ("root_request_id","requested_at");--> statement-breakpoint
CREATE INDEX "calls_parent" ON "calls" USING btree ("parent_request_id");--> statement-breakpoint
CREATE INDEX "calls_operation" ON "calls" USING btree ("operation","requested_at","request_id");--> statement-breakpoint
CREATE INDEX "calls_identity" ON "calls" USING btree ("identity_id","requested_at","request_id");--> statement-breakpoint
CREATE INDEX "calls_status" ON "calls" USING btree ("status","requested_at","request_id");--> statement-breakpoint
CREATE INDEX "credentials_key_version" ON "credentials" USING btree ("key_version","provider","account");--> statement-breakpoint
CREATE UNIQUE INDEX "key_ring_current" ON "key_ring" USING btree ("current") WHERE "key_ring"."current";--> statement-breakpoint
CREATE INDEX "mappings_parent" ON "mappings" USING btree ("parent_session_id","created_at","session_id");--> statement-breakpoint
CREATE INDEX "mappings_branch" ON "mappings" USING btree ("branch");--> statement-breakpoint
CREATE INDEX "message_parts_session" ON "message_parts" USING btree ("session_id","created_at","id");--> statement-breakpoint
CREATE INDEX "message_parts_words" ON "message_parts" USING gin ("words");--> statement-breakpoint
CREATE INDEX "messages_session" ON "messages" USING btree ("session_id","created_at","id");--> statement-breakpoint
CREATE INDEX "peer_fingerprints_peer" ON "peer_fingerprints" USING btree ("peer_id");--> statement-breakpoint
CREATE INDEX "peer_tokens_peer" ON "peer_tokens" USING btree ("peer_id");--> statement-breakpoint
CREATE INDEX "peers_roles" ON "peers" USING gin ("roles");--> statement-breakpoint
CREATE INDEX "registration_tokens_newest" ON "registration_tokens" USING btree ("created_at","prefix");--> statement-breakpoint
CREATE INDEX "sessions_newest" ON "sessions" USING btree ("updated_at","id");--> statement-breakpoint
CREATE INDEX "sessions_children" ON "sessions" USING btree ("parent_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "sessions_project" ON "sessions" USING btree ("project_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "sessions_owner" ON "sessions" USING btree ("owner_kind","owner_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "spokes_state" ON "spokes" USING btree ("state","peer_id");--> statement-breakpoint
CREATE INDEX "task_edges_dependent" ON "task_edges" USING btree ("dependent");--> statement-breakpoint
CREATE INDEX "tasks_newest" ON "tasks" USING btree ("updated_at","id");--> statement-breakpoint
CREATE INDEX "tasks_status" ON "tasks" USING btree ("status","updated_at","id");--> statement-breakpoint
CREATE INDEX "tasks_project" ON "tasks" USING btree ("project_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "tasks_session" ON "tasks" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "tasks_tags" ON "tasks" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "usage_newest" ON "usage" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "usage_identity" ON "usage" USING btree ("identity_kind","identity_id","at","id");--> statement-breakpoint
CREATE INDEX "usage_model" ON "usage" USING btree ("provider_id","model_id","at");--> statement-breakpoint
CREATE INDEX "usage_session" ON "usage" USING btree ("session_id","at");