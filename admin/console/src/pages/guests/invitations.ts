import { api, told } from "../../api/client";
import { makeOnce } from "../../api/once";
import type { Guest } from "../../api/schema";
import { language } from "../../language/language";

/** Sends the guest a code with which they set a password, by mail or else by SMS. */
export function sendInvitation({ id, email }: Pick<Guest, "id" | "email">): Promise<unknown> {
  const path = { id };
  const body = { channel: email ? ("mail" as const) : ("sms" as const), language, invitation: true };
  return makeOnce()(path, (header) =>
    told(api.POST("/guests/{id}/one-time-messages", { params: { path, header }, body })),
  );
}

/** One after another, as far as it goes; says to whom none went. */
export async function sendInvitations(guests: readonly Guest[]): Promise<Guest[]> {
  const missed: Guest[] = [];
  for (const guest of guests) {
    try {
      await sendInvitation(guest);
    } catch {
      missed.push(guest);
    }
  }
  return missed;
}
