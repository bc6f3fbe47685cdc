/** Half of a surrogate pair: it cannot be written as UTF-8. */
export const loneSurrogate = /\p{Surrogate}/u;
