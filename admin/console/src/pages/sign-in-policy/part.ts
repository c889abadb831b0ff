type Path = (string | number)[];

/** Where in the form a part of the policy is kept: `["password"]`, or that of an exception. */
export type Part = {
  /** As its fields are named, within the list of exceptions from there on. */
  at: Path;
  /** From the top of the form, where that is another. */
  path?: Path;
};
