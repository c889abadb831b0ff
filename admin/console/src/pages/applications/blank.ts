import type { Definition } from "../../api/schema";
import { pick } from "../../language/texts";

/** An application that nobody has decided anything about: members may enter, nobody else. */
export function blank(): Definition {
  return {
    name: {},
    description: {},
    hosts: [],
    path_prefix: "/",
    on_portal: true,
    pool: { upstreams: [{ address: "", weight: 1 }] },
    access: {
      kind: "rules",
      rules: [{ name: pick(["成员可以访问", "Members may enter"]), effect: "allow", who: [{ kind: "members" }] }],
    },
    path_rules: [],
    ip_lists: [],
    watermark: false,
    websockets: { enabled: false, allowed_origins: [] },
    identity: { assertion: true, headers: [] },
    limits: { max_request_body: null, per_address: null, per_principal: null },
  };
}
