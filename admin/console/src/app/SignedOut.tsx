import { Button, Modal } from "antd";

import { useIsSignedOut } from "../api/signedOut";
import { texts } from "../language/texts";

const t = texts({
  title: ["您已退出登录", "You are signed out"],
  text: [
    "请重新登录。在新标签页中登录后回到这里，已填写的内容不会丢失；重新载入则会丢弃这些内容。",
    "Please sign in again. Sign in in another tab and come back: what you have typed is still here. Loading this page again discards it.",
  ],
  signIn: ["在新标签页中登录", "Sign in in another tab"],
  reload: ["重新载入此页", "Load this page again"],
});

/** Over whatever is being done, once the API no longer knows who is calling; gone as soon as it does again. */
export function SignedOut() {
  const isOut = useIsSignedOut();
  return (
    <Modal
      open={isOut}
      title={t.title}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      zIndex={2000}
      footer={
        <>
          {/* The page itself leads to sign-in and back to here. */}
          <Button onClick={() => location.reload()}>{t.reload}</Button>
          <Button type="primary" href="/console/" target="_blank">
            {t.signIn}
          </Button>
        </>
      }
    >
      {t.text}
    </Modal>
  );
}
