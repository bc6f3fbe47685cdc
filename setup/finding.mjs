/** One line of the doctor: what was looked at, how it is, what was found, and what to do about it. */
export const finding = {
  ok: (name, found) => ({ name, status: "ok", found }),
  notice: (name, found, remedy) => ({ name, status: "notice", found, remedy }),
  problem: (name, found, remedy) => ({ name, status: "problem", found, remedy }),
};
