import { MenuOutlined } from "@ant-design/icons";
import { Button, Drawer, Grid, Layout, theme } from "antd";
import { Suspense, useState } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";

import { useMay, useMayEverywhere } from "../api/caller";
import { texts } from "../language/texts";
import { Loading } from "../parts/Loading";
import { Forbidden, NoSuchPlace } from "../parts/Nothing";
import { BrandMark } from "./BrandMark";
import { Navigation } from "./Navigation";
import { PageBoundary } from "./PageBoundary";
import { PersonMenu } from "./PersonMenu";
import { GROUPS, INNER, isOpen, visible } from "./places";
import type { useShade } from "./theme";

const t = texts({
  skip: ["跳到正文", "Skip to content"],
  navigation: ["导航", "Navigation"],
  openNavigation: ["打开导航", "Open navigation"],
});

/** What stands around every place: navigation, the organisation, the person. */
export function Frame({ shade }: { shade: ReturnType<typeof useShade> }) {
  const { token } = theme.useToken();
  const isWide = Grid.useBreakpoint().lg ?? true;
  const [isOpen, setOpen] = useState(false);
  const edge = `1px solid ${token.colorBorderSecondary}`;
  return (
    <Layout style={{ minHeight: "100dvh" }}>
      <a className="skip" href="#main">
        {t.skip}
      </a>
      {isWide ? (
        <Layout.Sider
          width={248}
          style={{ borderRight: edge, position: "sticky", top: 0, height: "100vh", overflow: "auto" }}
        >
          <BrandMark />
          <Navigation />
        </Layout.Sider>
      ) : (
        <Drawer
          placement="left"
          size={256}
          open={isOpen}
          onClose={() => setOpen(false)}
          title={t.navigation}
          styles={{ body: { padding: 0 } }}
        >
          <Navigation onGo={() => setOpen(false)} />
        </Drawer>
      )}
      <Layout>
        <Layout.Header
          style={{
            borderBottom: edge,
            position: "sticky",
            top: 0,
            zIndex: 10,
            padding: "0 16px",
            display: "flex",
            alignItems: "center",
            gap: 8,
          }}
        >
          {!isWide && (
            <>
              <Button type="text" icon={<MenuOutlined />} aria-label={t.openNavigation} onClick={() => setOpen(true)} />
              <BrandMark isSmall />
            </>
          )}
          <span style={{ flex: 1 }} />
          <PersonMenu shade={shade} isWide={isWide} />
        </Layout.Header>
        <Layout.Content
          id="main"
          role="main"
          tabIndex={-1}
          style={{ padding: isWide ? 24 : 16, outline: "none", minWidth: 0 }}
        >
          <Places />
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

/** Where somebody begins who may not see the overview. */
function First() {
  const [may, mayEverywhere] = [useMay(), useMayEverywhere()];
  const first = GROUPS.flatMap((group) => visible(group.places, may, mayEverywhere))[0];
  return first ? <Navigate to={first.path} replace /> : <Forbidden />;
}

function Places() {
  const [may, mayEverywhere] = [useMay(), useMayEverywhere()];
  const { pathname } = useLocation();
  const places = [...GROUPS.flatMap((group) => group.places), ...INNER];
  return (
    <PageBoundary key={pathname}>
      <Suspense fallback={<Loading />}>
        <Routes>
          {places.map((place) => {
            const { path, page: Page } = place;
            const otherwise = path === "/" ? <First /> : <Forbidden />;
            return <Route key={path} path={path} element={isOpen(place, may, mayEverywhere) ? <Page /> : otherwise} />;
          })}
          <Route path="*" element={<NoSuchPlace />} />
        </Routes>
      </Suspense>
    </PageBoundary>
  );
}
