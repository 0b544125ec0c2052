DROP INDEX "calls_operation";--> statement-breakpoint
CREATE INDEX "calls_originator" ON "calls" USING btree ("originator_id","requested_at","id") WHERE "calls"."originator_id" is not null;--> statement-breakpoint
CREATE INDEX "calls_error" ON "calls" USING btree ("error_code","requested_at","id") WHERE "calls"."error_code" is not null;--> statement-breakpoint
CREATE INDEX "calls_operation" ON "calls" USING btree ("operation" text_pattern_ops,"requested_at","id");