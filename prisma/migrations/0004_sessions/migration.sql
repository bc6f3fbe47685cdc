-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "modelId" TEXT NOT NULL,
    "checkpointId" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "length" BIGINT NOT NULL,
    "seed" BIGINT,
    "state" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "change" INTEGER NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "usedAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "Session_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "Model" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "Session_modelId_idx" ON "Session"("modelId");

-- CreateIndex
CREATE INDEX "Session_expiresAt_idx" ON "Session"("expiresAt");
