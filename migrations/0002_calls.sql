-- A projection that nothing had written to yet: it is built from the call events.
DROP TABLE "calls" CASCADE;--> statement-breakpoint
CREATE TABLE "calls" (
	"id" text PRIMARY KEY NOT NULL,
	"trace_id" text NOT NULL,
	"parent_id" text,
	"request_id" text NOT NULL,
	"operation" text NOT NULL,
	"peer" text,
	"status" text NOT NULL,
	"node" text NOT NULL,
	"identity_id" text,
	"originator_id" text,
	"error_code" text,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"duration_ms" double precision,
	CONSTRAINT "calls_status_known" CHECK ("calls"."status" in ('running', 'ok', 'failed', 'lost'))
);
--> statement-breakpoint
CREATE INDEX "calls_newest" ON "calls" USING btree ("requested_at","id");--> statement-breakpoint
CREATE INDEX "calls_trace" ON "calls" USING btree ("trace_id","requested_at");--> statement-breakpoint
CREATE INDEX "calls_request" ON "calls" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "calls_operation" ON "calls" USING btree ("operation","requested_at","id");--> statement-breakpoint
CREATE INDEX "calls_peer" ON "calls" USING btree ("peer","requested_at","id");--> statement-breakpoint
CREATE INDEX "calls_identity" ON "calls" USING btree ("identity_id","requested_at","id");--> statement-breakpoint
CREATE INDEX "calls_status" ON "calls" USING btree ("status","requested_at","id") WHERE "calls"."status" <> 'ok';