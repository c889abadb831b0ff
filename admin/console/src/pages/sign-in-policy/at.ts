/** Where in the form a part of the policy is kept: `["password"]`, or that of an exception. */
export type At = (string | number)[];
