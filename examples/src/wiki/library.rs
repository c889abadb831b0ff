//! The pages of the wiki, in memory: a restart brings back the first edition.

use std::collections::BTreeMap;

use config::Language;
use config::language::LocalText;
use parking_lot::RwLock;
use serde::Serialize;
use tokio::sync::broadcast;

#[derive(Clone)]
pub struct Article {
    pub title: LocalText,
    pub body: LocalText,
    /// Who wrote it last.
    pub author: String,
    pub revision: u32,
}

/// Told to whoever watches.
#[derive(Clone, Debug, Serialize)]
pub struct Edit {
    pub slug: String,
    pub title: LocalText,
    pub author: String,
    pub revision: u32,
}

pub struct Library {
    articles: RwLock<BTreeMap<&'static str, Article>>,
    edits: broadcast::Sender<Edit>,
}

impl Library {
    pub fn first_edition() -> Self {
        Self {
            articles: RwLock::new(FIRST_EDITION.iter().map(article).collect()),
            edits: broadcast::channel(64).0,
        }
    }

    pub fn get(&self, slug: &str) -> Option<Article> {
        self.articles.read().get(slug).cloned()
    }

    /// Slug and title of each page, in the order of the slugs.
    pub fn contents(&self, language: Language) -> Vec<(&'static str, String)> {
        self.articles
            .read()
            .iter()
            .map(|(slug, article)| (*slug, article.title.get(language).to_owned()))
            .collect()
    }

    /// Replaces a page's text in one language. `false` if there is no such page.
    pub fn write(&self, slug: &str, language: Language, body: String, author: String) -> bool {
        let mut articles = self.articles.write();
        let Some(article) = articles.get_mut(slug) else {
            return false;
        };
        match language {
            Language::ZhCn => article.body.zh_cn = body,
            Language::En => article.body.en = body,
        }
        article.author.clone_from(&author);
        article.revision += 1;
        // Nobody watching is fine.
        let _ = self.edits.send(Edit {
            slug: slug.to_owned(),
            title: article.title.clone(),
            author,
            revision: article.revision,
        });
        true
    }

    pub fn watch(&self) -> broadcast::Receiver<Edit> {
        self.edits.subscribe()
    }
}

type Source = (&'static str, [&'static str; 2], [&'static str; 2]);

fn article((slug, title, body): &Source) -> (&'static str, Article) {
    let local = |[zh_cn, en]: &[&str; 2]| LocalText {
        zh_cn: (*zh_cn).to_owned(),
        en: (*en).to_owned(),
    };
    let article = Article {
        title: local(title),
        body: local(body),
        author: "Greenhill".to_owned(),
        revision: 1,
    };
    (slug, article)
}

const FIRST_EDITION: [Source; 4] = [
    (
        "canteen",
        ["食堂菜单", "Canteen menu"],
        [
            "## 本周\n\n- **周一** 番茄炒蛋、清蒸鲈鱼\n- **周二** 麻婆豆腐、蒜蓉西兰花\n- **周三** 手工水饺\n- **周四** 咖喱鸡、凉拌黄瓜\n- **周五** 牛肉面\n\n11:30 到 13:30 供应。素食窗口在二楼。",
            "## This week\n\n- **Monday** tomato and egg, steamed bass\n- **Tuesday** mapo tofu, garlic broccoli\n- **Wednesday** handmade dumplings\n- **Thursday** chicken curry, cucumber salad\n- **Friday** beef noodles\n\nServed from 11:30 to 13:30. The vegetarian counter is upstairs.",
        ],
    ),
    (
        "rooms",
        ["会议室", "Meeting rooms"],
        [
            "## 怎么预订\n\n在门口的平板上点一下即可，最长两小时。\n\n- **松** 四人，三楼东侧\n- **竹** 八人，有投影\n- **梅** 二十人，需提前一天预订\n\n用完请擦白板。",
            "## How to book\n\nTap the tablet beside the door, for two hours at most.\n\n- **Pine** seats four, third floor, east side\n- **Bamboo** seats eight, has a projector\n- **Plum** seats twenty, book a day ahead\n\nPlease wipe the whiteboard when you leave.",
        ],
    ),
    (
        "security",
        ["安全须知", "Keeping things safe"],
        [
            "## 三件小事\n\n- 离开座位时锁屏\n- 验证码不告诉任何人，包括自称管理员的人\n- 截图上有你的名字：页面带有水印\n\n登录记录可以在访问门户的“我的账号”里查看。看到不认识的设备，请立刻结束那个会话。",
            "## Three small habits\n\n- Lock the screen when you leave your desk\n- Tell nobody your codes, not even someone who says they are the administrator\n- Your name is on every screenshot: pages carry a watermark\n\nYour sign-ins are listed under \"My account\" at the portal. End any session from a device that you do not know.",
        ],
    ),
    (
        "welcome",
        ["欢迎来到青山", "Welcome to Greenhill"],
        [
            "这是一个小小的内部维基，它自己没有登录：门卫 **Gatehouse** 站在前面，只让该进来的人进来，并告诉它你是谁。\n\n## 第一周\n\n- 领取工牌和电脑\n- 在访问门户绑定身份验证器\n- 读一读《安全须知》\n- 中午去食堂，周三有饺子\n\n每一页都可以编辑，改动会实时出现在“动态”里。",
            "A small internal wiki without a sign-in of its own: **Gatehouse** stands in front of it, lets in whoever may come in, and tells it who you are.\n\n## Your first week\n\n- Collect your badge and your computer\n- Set up an authenticator at the portal\n- Read \"Keeping things safe\"\n- Have lunch in the canteen: dumplings on Wednesday\n\nEvery page can be edited, and edits show up under \"Live\" at once.",
        ],
    ),
];
