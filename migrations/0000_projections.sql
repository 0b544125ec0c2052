CREATE TABLE "projections" (
	"name" text PRIMARY KEY NOT NULL,
	"stream" text NOT NULL,
	"position" bigint NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
