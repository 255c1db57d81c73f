//! Workloads and folders before it is known which are one service: the name, image and code of each, and what joins it
//! with others.

use super::at::At;
use super::environment::Tree;
use super::folders::{Folders, stem};
use super::instances::Instance;
use super::paths::{folder_of, join, name_of};
use crate::settings::{DEPLOYING_STEP, SettingsSource, Workload};
use crate::systems;

/// A workload or folder before it is known which are one.
pub(super) struct Unit {
    pub(super) name: String,
    pub(super) folder: Option<String>,
    pub(super) why: String,
    pub(super) at: Option<At>,
    pub(super) image: Option<String>,
    pub(super) keys: Vec<String>,
}

impl Unit {
    /// The same for one of several instances: its name says whose code it is, and it is one with no other.
    pub(super) fn of_instance(
        mut self,
        instance: &Instance<'_>,
        folders: &Folders,
        settings: &SettingsSource<'_>,
    ) -> Self {
        instance.name.clone_into(&mut self.name);
        self.why = format!("{}, as {}", self.why, instance.name);
        for key in &mut self.keys {
            key.push_str(&format!(" as {}", instance.name));
        }
        let names = std::iter::once(instance.name);
        self.folder = folders.named(names, &settings.source.path, "");
        let folder = self.folder.as_ref();
        (self.keys).extend(folder.map(|folder| format!("folder {folder}")));
        self
    }
}

/// A workload's name as people say it.
fn spoken(name: &str) -> String {
    const KINDS: [&str; 6] = [
        "-deployment",
        "-deploy",
        "-depl",
        "-statefulset",
        "-sts",
        "-pod",
    ];
    let ending = KINDS.iter().find_map(|kind| name.strip_suffix(kind));
    ending
        .filter(|rest| !rest.is_empty())
        .unwrap_or(name)
        .to_owned()
}

/// An image without registry, tag and digest: what names the program.
fn image_name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let last = name_of(image);
    let tag = last.find(':').map_or(0, |at| last.len() - at);
    image.get(..image.len() - tag).unwrap_or(image)
}

/// What a workload is the deployment of; `None` for what is no service of its own.
pub(super) fn unit(
    folders: &Folders,
    tree: &Tree<'_>,
    settings: &SettingsSource<'_>,
    workload: &Workload,
    at: At,
) -> Option<Unit> {
    let path = settings.source.path.as_str();
    let home = folder_of(path);
    let file = || name_of(path).to_owned();
    let filled_in = |text: &str| tree.filled_in(at.file, text);
    let (name, container) = (filled_in(&workload.name), filled_in(&workload.container));
    let image = workload.image.as_deref().map(filled_in);
    let image = image
        .as_deref()
        .map(image_name)
        .filter(|image| !image.is_empty() && !image.contains(['$', '{', '\u{e000}']));
    // `shop/shop-orders` is the orders of the shop.
    let of_owner = image.and_then(|image| {
        let (owner, name) = image.rsplit_once('/')?;
        name.strip_prefix(name_of(owner))?.strip_prefix('-')
    });
    let names = || {
        [container.as_str(), name.as_str()]
            .into_iter()
            .chain(image.map(name_of))
            .chain(of_owner)
            .filter(|name| !name.is_empty())
    };
    let is_dockerfile = workload.kind == "Dockerfile";
    if is_dockerfile {
        let home = folders.program_above(home);
        // A folder that holds nothing but the Dockerfile is built into what is elsewhere.
        if !folders.runnable.contains_key(home)
            && !folders.by_name.contains_key(&stem(name_of(home)))
        {
            return None;
        }
        let variant = &workload.container;
        let key = match variant.is_empty() || folders.with_code.contains(home) && !home.is_empty() {
            true => format!("folder {home}"),
            false => format!("dockerfile {path}"),
        };
        return Some(Unit {
            name: String::new(),
            folder: variant.is_empty().then(|| home.to_owned()),
            why: format!("{path} builds it"),
            at: Some(at),
            image: None,
            keys: vec![key],
        });
    }
    if workload.kind == DEPLOYING_STEP {
        let built = workload.build.as_deref();
        let folder = match built.and_then(|build| join(home, build)) {
            Some(folder) => folders.with_code.contains(&folder).then_some(folder),
            None => folders.named(names(), path, ""),
        }?;
        let keys = vec![format!("folder {folder}")];
        return Some(Unit {
            name: String::new(),
            folder: Some(folder),
            why: format!("{path} deploys it"),
            at: Some(at),
            image: None,
            keys,
        });
    }
    let is_compose = workload.kind == "compose service";
    let mut keys = Vec::new();
    let mut why = format!("{path} runs it as {} `{}`", workload.kind, workload.name);
    let mut folder = None;
    if let Some(context) = workload
        .build
        .as_deref()
        .and_then(|build| join(home, build))
    {
        let of_dockerfile = workload
            .dockerfile
            .as_deref()
            .and_then(|dockerfile| join(&context, dockerfile));
        let own = of_dockerfile
            .as_deref()
            .map(folder_of)
            .filter(|own| *own != context)
            .map(|own| folders.program_above(own));
        folder = match own {
            Some(own) if folders.with_code.contains(own) => Some(own.to_owned()),
            _ => folders
                .named(names(), path, &context)
                .filter(|_| context.is_empty() || of_dockerfile.is_some())
                .or_else(|| of_dockerfile.is_none().then(|| context.clone())),
        };
        if folder.is_none()
            && let Some(dockerfile) = of_dockerfile
        {
            // Several Dockerfiles over one folder: each is a service of its own.
            keys.push(format!("dockerfile {dockerfile}"));
            if name_of(&dockerfile).eq_ignore_ascii_case("Dockerfile")
                && folder_of(&dockerfile) == context
            {
                folder = Some(context);
            }
        }
        if let Some(folder) = &folder {
            why.push_str(&format!(", built from {}", shown(folder)));
        }
    } else if !is_compose
        && !is_of_cluster(&workload.kind)
        && workload.image.is_none()
        && !is_resource(&workload.kind)
    {
        // Functions of one file are one program more often than several.
        folder = Some(
            workload
                .build
                .as_deref()
                .and_then(|build| join(home, build))
                .unwrap_or_else(|| home.to_owned()),
        );
    } else if image.is_some_and(systems::uses_no_tokens) {
        // A folder that is called like a database holds what talks to it.
    } else if let Some(named) = folders.named(names(), path, "") {
        why.push_str(&format!(", and {} is called like it", shown(&named)));
        folder = Some(named);
    }
    let is_only_container = {
        let mut of_pod = settings.read.workloads.iter();
        !of_pod.any(|other| other.name == workload.name && other.container != workload.container)
    };
    // Beside others a container may be a helper that many pods have; not when the pod is called like its image.
    let is_called_like = |image: &str| stem(name_of(image)) == stem(&name);
    if let Some(image) = image
        && (is_only_container || is_called_like(image))
        && !systems::is_runtime(image)
    {
        keys.push(format!("image {image}"));
    }
    if is_compose {
        keys.push(format!("compose {home}/{}", stem(&name)));
    } else if is_of_cluster(&workload.kind) {
        keys.push(format!("pod {} {}", workload.namespace, stem(&name)));
    } else {
        keys.push(format!("{} {home} {}", workload.kind, stem(&name)));
    }
    if let Some(folder) = &folder {
        // A name or pod does not join what is built from two folders.
        keys.retain(|key| !key.starts_with("compose ") || is_compose);
        keys.insert(0, format!("folder {folder}"));
    }
    Some(Unit {
        name: if name.is_empty() {
            file()
        } else {
            spoken(&name)
        },
        folder,
        why,
        at: Some(at),
        image: image.map(str::to_owned),
        keys,
    })
}

/// Whether a kind of workload is one of Kubernetes: they begin with a capital, and have no separators.
fn is_of_cluster(kind: &str) -> bool {
    kind.starts_with(|first: char| first.is_ascii_uppercase())
        && kind.chars().all(|letter| letter.is_ascii_alphanumeric())
        && kind != "Dockerfile"
}

/// Whether a kind of workload is a resource of Terraform or CloudFormation, which says nothing of where its code is.
fn is_resource(kind: &str) -> bool {
    kind.contains('_') || kind.contains("::")
}

/// A folder for people.
pub(super) fn shown(folder: &str) -> &str {
    if folder.is_empty() {
        "the root"
    } else {
        folder
    }
}
