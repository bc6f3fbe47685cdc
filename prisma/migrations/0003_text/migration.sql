-- AlterTable
ALTER TABLE "Model" ADD COLUMN "text" JSONB;
