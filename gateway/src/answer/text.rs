//! What is said for each reason, in both languages.
//!
//! Rule names, addresses and upstreams are left out: they are in the access event, under the
//! request id that the reader sees.

use config::Language;

/// A title and a sentence, in both languages.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    en: (&'static str, &'static str),
    zh: (&'static str, &'static str),
}

impl Text {
    pub fn title(&self, language: Language) -> &'static str {
        self.get(language).0
    }

    pub fn detail(&self, language: Language) -> &'static str {
        self.get(language).1
    }

    fn get(&self, language: Language) -> (&'static str, &'static str) {
        match language {
            Language::En => self.en,
            Language::ZhCn => self.zh,
        }
    }
}

pub const UNAVAILABLE: Text = Text {
    en: (
        "The gate is not ready",
        "Access cannot be checked at the moment, so nobody is let in. It will be back shortly; please try again in a minute.",
    ),
    zh: (
        "网关暂时不可用",
        "当前无法校验访问权限，因此暂不放行任何请求。服务即将恢复，请稍后重试。",
    ),
};

pub const BAD_REQUEST: Text = Text {
    en: (
        "This request cannot be understood",
        "The address or a header of this request is not valid. Please check the address that you opened.",
    ),
    zh: (
        "无法识别该请求",
        "请求的地址或头部不合法，请检查您打开的网址。",
    ),
};

pub const METHOD_REFUSED: Text = Text {
    en: (
        "Requests of this kind are not taken",
        "The gate does not pass on requests with this method.",
    ),
    zh: ("不支持这种请求", "网关不转发使用该方法的请求。"),
};

pub const HEAD_TOO_LARGE: Text = Text {
    en: (
        "The request is too long",
        "The address, or what your browser sent with it, is longer than is allowed. Clearing the cookies of this site often helps.",
    ),
    zh: (
        "请求过长",
        "网址或浏览器附带的信息超出了允许的长度。清除此网站的 Cookie 通常可以解决。",
    ),
};

pub const REQUEST_SLOW: Text = Text {
    en: (
        "The request took too long",
        "It did not arrive completely in time. Please check your connection and try again.",
    ),
    zh: (
        "请求超时",
        "未能在限定时间内收到完整的请求，请检查网络连接后重试。",
    ),
};

pub const ADDRESS_REFUSED: Text = Text {
    en: (
        "Not from this network",
        "Access from your current network is not allowed. Please connect through your organisation's network and try again.",
    ),
    zh: (
        "当前网络不允许访问",
        "不允许从您当前的网络访问。请连接到单位网络后重试。",
    ),
};

pub const GUEST_ADDRESS: Text = Text {
    en: (
        "Not from this network",
        "Guests of your group come in from certain networks only, and yours is none of them. Please connect through one of them, or ask whoever invited you.",
    ),
    zh: (
        "当前网络不允许访问",
        "您所在的访客组只能从指定的网络访问，而您当前的网络不在其中。请更换网络后重试，或联系邀请您的人。",
    ),
};

pub const NOT_FOUND: Text = Text {
    en: (
        "There is nothing at this address",
        "No application is published under this address. Please check it for a typing error.",
    ),
    zh: (
        "该地址没有可访问的应用",
        "此地址下没有发布任何应用，请检查网址是否有误。",
    ),
};

pub const SIGN_IN: Text = Text {
    en: (
        "Please sign in",
        "You are not signed in, or your session has ended. What you sent has not reached the application: sign in, then send it again.",
    ),
    zh: (
        "请先登录",
        "您尚未登录，或登录已失效。刚才提交的内容没有送达应用，请登录后重新提交。",
    ),
};

pub const TWO_STEP: Text = Text {
    en: (
        "Two-step verification required",
        "This needs a code from your authenticator. What you sent has not reached the application: verify, then send it again.",
    ),
    zh: (
        "需要两步验证",
        "此操作需要身份验证器中的验证码。刚才提交的内容没有送达应用，请完成验证后重新提交。",
    ),
};

pub const FORBIDDEN: Text = Text {
    en: (
        "You have no access to this page",
        "You are signed in, but you have not been given access here. If you need it for your work, ask for it.",
    ),
    zh: (
        "您没有访问权限",
        "您已登录，但尚未获得此处的访问权限。如工作需要，请申请开通。",
    ),
};

pub const TOO_MANY: Text = Text {
    en: (
        "Too many requests",
        "More requests came than are allowed. Please wait a moment.",
    ),
    zh: ("请求过于频繁", "请求次数超出限制，请稍候再试。"),
};

pub const TOO_LARGE: Text = Text {
    en: (
        "Too large",
        "What you sent is larger than this application accepts.",
    ),
    zh: ("内容过大", "您发送的内容超出了该应用允许的大小。"),
};

pub const UPGRADE_REFUSED: Text = Text {
    en: (
        "Live connection refused",
        "This application does not accept a WebSocket from here.",
    ),
    zh: ("实时连接被拒绝", "该应用不接受来自此处的 WebSocket 连接。"),
};

pub const UPSTREAM_DOWN: Text = Text {
    en: (
        "The application does not respond",
        "You were let in, but the application behind this address cannot be reached. Please try again shortly.",
    ),
    zh: (
        "应用无响应",
        "您已通过验证，但该地址后面的应用暂时无法连接，请稍后重试。",
    ),
};

pub const UPSTREAM_SLOW: Text = Text {
    en: (
        "The application takes too long",
        "You were let in, but the application behind this address did not answer in time. Please try again shortly.",
    ),
    zh: (
        "应用响应超时",
        "您已通过验证，但该地址后面的应用未能及时响应，请稍后重试。",
    ),
};

pub const BROKEN: Text = Text {
    en: (
        "Something went wrong",
        "The request could not be completed because of a fault in the gate.",
    ),
    zh: ("出现错误", "由于网关内部错误，请求未能完成。"),
};
