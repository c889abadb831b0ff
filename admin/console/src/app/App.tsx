import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { App as Widgets, ConfigProvider } from "antd";
import en from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { Suspense } from "react";
import { BrowserRouter } from "react-router";

import { Refusal } from "../api/problem";
import { isChinese } from "../language/language";
import { Loading } from "../parts/Loading";
import { Frame } from "./Frame";
import { nonce } from "./nonce";
import { PageBoundary } from "./PageBoundary";
import { SignedOut } from "./SignedOut";
import { themeOf, useShade } from "./theme";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // Only what may go away by itself is tried again.
      retry: (count, error) => count < 2 && error instanceof Refusal && (error.status === 0 || error.status === 503),
    },
  },
});

export function App() {
  const shade = useShade();
  return (
    <ConfigProvider
      csp={{ nonce }}
      locale={isChinese ? zhCN : en}
      theme={themeOf(shade.isDark)}
      button={{ autoInsertSpace: false }}
    >
      <Widgets message={{ maxCount: 3 }}>
        <SignedOut />
        <QueryClientProvider client={queries}>
          <BrowserRouter basename="/console">
            <PageBoundary>
              <Suspense fallback={<Loading />}>
                <Frame shade={shade} />
              </Suspense>
            </PageBoundary>
          </BrowserRouter>
        </QueryClientProvider>
      </Widgets>
    </ConfigProvider>
  );
}
