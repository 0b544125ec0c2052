CREATE TABLE "ownership" (
	"type" text NOT NULL,
	"id" text NOT NULL,
	"owner" text NOT NULL,
	"node" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ownership_type_id_pk" PRIMARY KEY("type","id")
);
--> statement-breakpoint
CREATE INDEX "ownership_owner" ON "ownership" USING btree ("owner","type","id");