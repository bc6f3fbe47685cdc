-- AlterTable
ALTER TABLE "Model" ADD COLUMN "sequence" JSONB;
