import { Menu, type MenuProps } from "antd";
import { Link, useLocation } from "react-router";

import { useMay, useMayEverywhere } from "../api/caller";
import { texts } from "../language/texts";
import { GROUPS, visible } from "./places";

const t = texts({ navigation: ["主导航", "Main navigation"] });

/** The places that the caller may see. */
export function Navigation({ onGo }: { onGo?: () => void }) {
  const [may, mayEverywhere] = [useMay(), useMayEverywhere()];
  const { pathname } = useLocation();
  const groups = GROUPS.map((group) => ({ ...group, places: visible(group.places, may, mayEverywhere) }));
  const paths = groups.flatMap((group) => group.places.map((place) => place.path));
  // The place itself, or the one from which it was reached.
  const here = paths
    .filter((path) => pathname === path || (path !== "/" && pathname.startsWith(`${path}/`)))
    .sort((a, b) => b.length - a.length)[0];
  const items: MenuProps["items"] = groups
    .filter((group) => group.places.length > 0)
    .flatMap(({ title, places }): NonNullable<MenuProps["items"]> => {
      const links = places.map(({ path, title, icon }) => ({
        key: path,
        icon,
        label: (
          <Link to={path} onClick={onGo}>
            {title}
          </Link>
        ),
      }));
      return title ? [{ key: title, type: "group", label: title, children: links }] : links;
    });
  return (
    <nav aria-label={t.navigation}>
      <Menu
        mode="inline"
        selectedKeys={here ? [here] : []}
        items={items}
        style={{ border: "none", padding: "0 4px 16px" }}
      />
    </nav>
  );
}
