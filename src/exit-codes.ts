/** How the server ends. The set-up and the doctor count on from 10: setup/exit-codes.mjs lists both. */
export const exitCodes = {
  stopped: 0,
  unexpected: 1,
  bad_setting: 2,
  data_folder_locked: 3,
  database_newer: 4,
  port_in_use: 5,
  data_folder_not_writable: 6,
  database_corrupt: 7,
  disk_full: 13,
} as const;
